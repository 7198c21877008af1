### 类型、单位、缺失值。

E0301 = 这里需要 `{ $expected }`，却是 `{ $found }`
    .at = 这是 `{ $found }`
    .because = 由于这里的需要

E0302 = `{ $left }` 与 `{ $right }` 不是同一种量
    .at = 不能放在一起计算或比较
    .left_at = 这是 `{ $left }`
    .right_at = 这是 `{ $right }`

E0303 = `{ $left }` 不可能等于 `{ $right }`
    .at = 两种不同的实体
    .help = 请比较指向同一种实体的两列

E0304 = 缺少单位：这里需要 `{ $expected }`
    .at = 只有数字
    .insert = 写上单位 `{ $unit }`
    .note = 单独的数字没有说明是什么量，可以用的单位如 `{ $unit }`

E0305 = `{ $operator }` 不能用于 { $found }
    .at = 对这些值没有意义

E0306 = `{ $found }` 的值没有大小之分
    .at = 只能相等或不等

E0307 = `{ $unit }` 不是 `{ $ty }` 的单位
    .at = 是另一种量的单位
    .help = 可用的单位：{ $fitting }

E0308 = 数字 { $number } 超出可表示的范围
    .at = 整数为 64 位，约 19 位数字

E0309 = 日历中没有 `{ $text }`
    .at = 没有这样的日期或时间

E0310 = `{ $unit }` 需要整数
    .at = 不能取一部分

E0311 = 月和年不是确定的时长
    .at = 一个月有 28 至 31 天
    .help = 请用天，或者在窗口中用月，如 `over last 3 months`

E0312 = `{ $function }` 需要 { $expected } 个值，却给了 { $found } 个
    .at = 给了 { $found } 个
    .note = 写法为 `{ $signature }`

E0313 = 这里需要固定的值
    .at = 读取数据之前无法知道
    .help = 请写数字或文字、常量或参数

E0314 = 这个聚合不完整
    .at = 缺少值或行，或者不需要值
    .help = 例如写 `{ $example }`

E0315 = 这段时间没有长度
    .at = 需要大于零的长度

E0316 = `{ $source }` 的行没有时间，窗口没有意义
    .at = 请去掉，或者换一个有时间的来源
    .declared = `{ $source }` 声明时没有时间

E0317 = 需要 { $low } 到 { $high } 之间的数
    .at = 超出了范围

E0318 = `missing` 只能写在 `is` 和 `is not` 之后
    .at = 它不是一个值
    .help = 请写 `x is missing`


E0320 = 列不能是 `{ $ty }` 类型
    .at = 表格的单元格中没有这样的值
