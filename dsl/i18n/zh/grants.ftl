### 授权、用途、隐私。

E0401 = `{ $model }` 不得为 `{ $purpose }` 读取 `{ $source }.{ $column }`
    .at = 在这里读取
    .through = 经由这里传到模型
    .declared = { $owner }允许的用途：{ $allowed }
    .help = 请{ $owner }授权 `{ $purpose }`，或者不用这一列

E0402 = `{ $model }` 针对隐私实体，须写 `review required`
    .at = `{ $entity }` 是隐私实体
    .declared = 在这里声明为隐私
    .insert = 要求人工复核
    .note = 这类预警须经人工复核后才发出

E0403 = `{ $model }` 为 `{ $purpose }` 只能读取 `{ $source }.{ $column }` 的派生值
    .at = 模型自己读取了这一列
    .through = 经由这里传到模型
    .declared = { $owner }只允许派生值
    .help = 请把由它派生的值写成 `fact` 再读取，或者请{ $owner }扩大授权
