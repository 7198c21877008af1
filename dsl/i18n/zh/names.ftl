### 名称及其所指。

E0201 = 没有名为 `{ $name }` 的{ $kind }
    .at = 没有声明
    .replace = 是否想写 `{ $suggestion }`？

E0202 = `{ $name }` 声明了两次
    .at = 这里又声明了一次
    .first = 第一次声明在这里
    .help = 给其中一个改名

E0203 = `{ $source }` 没有列 `{ $name }`
    .at = 不是 `{ $source }` 的列
    .declared = `{ $source }` 在这里声明
    .replace = 是否想写 `{ $suggestion }`？

E0204 = 互相依赖，无法算出：{ $path }
    .at = 最终依赖自己
    .through = 经过这里
    .note = 由别的值算出的要排在其后，其中总要有一个不依赖其余

E0205 = `{ $name }` 是语言自身使用的名称
    .at = 需要换一个名称

E0206 = 这里没有名为 `{ $name }` 的东西
    .at = 不是这里可以读取的列、事实、`let` 或参数
    .replace = 是否想写 `{ $suggestion }`？

E0207 = `{ $name }` 不是值
    .at = 这是{ $kind }
    .help = 例如写 `{ $example }`

E0208 = `{ $source }` 有几列都指向 `{ $entity }`
    .at = 不清楚指哪一列
    .declared = 其中一列
    .help = 用 `by` 选择：{ $columns }

E0209 = `{ $source }` 与 `{ $entity }` 无关
    .at = `{ $source }` 没有指向 `{ $entity }` 的列
    .declared = `{ $source }` 在这里声明
    .note = 它所指向的是：{ $about }
    .help = 可以经由连接两者的事实或列来读取

E0210 = `{ $source }` 对一个 `{ $entity }` 可能有几行
    .at = 不清楚取哪一行的 `{ $column }`
    .declared = 这里没有 `unique` 的列
    .replace = 取唯一的那个值
    .help = 用聚合说明取哪一个：`the`、`last`、`max` 等

E0211 = `{ $of }` 没有 `{ $name }`
    .at = 找不到
    .replace = 是否想写 `{ $suggestion }`？

E0212 = `{ $name }` 在这里没有所指
    .at = 这里没有实体，也没有行
    .note = 常量、默认值和函数在读取数据之前就已确定

E0213 = 不清楚模型 `{ $model }` 要对哪些 `{ $entity }` 运行
    .at = 没有来源含有 `{ $entity }` 的 `unique` 列
    .help = 请写 `for { $entity } in` 加上其中之一：{ $sources }

E0214 = 有几个来源都列出全部 `{ $entity }`：{ $sources }
    .at = 模型 `{ $model }` 只能用其中一个
    .declared = 这里是 `unique`
    .help = 请写 `for { $entity } in` 加上所指的来源

E0215 = `{ $source }` 的行没有时间，也就没有先后
    .at = 这里不能用 `before` 或 `after`

E0216 = `{ $model }` 的发现是关于 `{ $about }` 的
    .at = 这里需要关于 `{ $expected }` 的发现

E0217 = 这个值过大
    .at = 函数展开后部分太多
    .help = 用 `let` 或 `fact` 给其中的部分取名字
