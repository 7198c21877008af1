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
