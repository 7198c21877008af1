### 没有错，但也许不是本意。

W0001 = `!=` 会漏掉 `{ $left }` 缺失的行
    .at = 有缺失值时既不为真也不为假
    .replace = 把缺失值算作不同
    .help = 写 `is not` 可以保留这些行

W0002 = { $kind } `{ $name }` 没有用到
    .at = 不起作用
    .help = 请去掉或使用它

W0003 = `{ $name }` 从不缺失
    .at = 答案总是一样

W0004 = `{ $condition }` 总为真
    .at = 无论数据如何都为真
    .note = `{ $left }` 不小于 { $left_least }
    .note2 = `{ $left }` 不大于 { $left_most }
    .note3 = `{ $right }` 不小于 { $right_least }
    .note4 = `{ $right }` 不大于 { $right_most }

W0005 = `{ $condition }` 永不为真
    .at = 无论数据如何都不为真
    .given = 在此条件为真时
    .note = `{ $left }` 不小于 { $left_least }
    .note2 = `{ $left }` 不大于 { $left_most }
    .note3 = `{ $right }` 不小于 { $right_least }
    .note4 = `{ $right }` 不大于 { $right_most }

W0006 = 按现有的参数取值，`{ $condition }` 永不为真
    .at = 默认值和各方案都达不到
    .given = 在此条件为真时
    .help = 参数范围内的其他取值可以达到：请在方案中设定，或修改条件

W0007 = 这个时间窗早于 `{ $source }` 数据的起点
    .at = 超过声明的 `history`
    .declared = 它的 `history` 在此声明
    .help = 更早的数据不存在，会当作没有：请缩短时间窗，或改正 `history`

W0008 = 合计偏低也可能是 `{ $source }` 没有送来数据
    .at = 数据中断时也为真
    .declared = 在此声明，没有写 `expect`
    .help = 请写明多久应有数据，如 `expect every 1 day`：这样断供不会当作没有发生

W0009 = 没有说明至少要有多少同类
    .at = 有 { $default } 个就会比较
    .insert = 写明
    .help = 请用 `at least` 写出使比较公平的数目
