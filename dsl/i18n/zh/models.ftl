### 模型：触发、等级、消息、参数、测试。

E0501 = `{ $model }` 缺少 `{ $clause }`
    .at = 这个模型
    .help = 例如写 `{ $example }`

E0502 = 区间的终点早于起点
    .at = { $end } 在 { $start } 之前
    .help = 请把较小的一端写在前面
