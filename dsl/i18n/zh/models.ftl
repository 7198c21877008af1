### 模型：触发、级别、消息、参数、测试。

E0501 = `{ $model }` 缺少 `{ $clause }`
    .at = 这个模型
    .help = 例如写 `{ $example }`

E0502 = 区间的终点早于起点
    .at = { $end } 在 { $start } 之前
    .help = 请把较小的一端写在前面

E0503 = `{ $clause }` 只能写一次
    .at = 第二次
    .first = 第一次

E0504 = `{ $source }` 的行没有时间，不能触发模型
    .at = 不是事件或状态的来源
    .declared = `{ $source }` 声明时没有时间
    .help = 请按固定时间运行：`every day at 02:00`

E0505 = `{ $model }` 对触发它的行运行，`in` 不起作用
    .at = 请去掉

E0506 = 这个间隔不能整除一天
    .at = 请写 15 min、1 h、6 h 等能整除 24 小时的间隔

E0507 = 只有以天或更长为间隔时才能写时刻
    .at = 更短的间隔从零点算起

E0508 = `{ $column }` 表示行的时间，却可以缺失
    .at = 没有时间的行无处安放
    .remove = 改为必有的列
    .note = 缺少它的行会成为拒收并计数

E0509 = `{ $clause }` 不适用于 `{ $ty }` 类型的列
    .at = 这里不能用

E0510 = `{ $function }` 读取 { $expected } 个原始列，却写了 { $found } 个
    .at = 这里写了 { $found } 个

E0511 = 没有时区 `{ $zone }`
    .at = 不在 IANA 时区表中
    .help = 时区写作“地区/城市”，如 `Asia/Shanghai`

E0512 = `{ $part }` 这一部分没有列 `{ $column }`
    .at = 合并的各部分须有相同的列
    .other = 另一部分有这一列

E0513 = 各部分的列 `{ $column }` 类型不同：`{ $left }` 与 `{ $right }`
    .at = 这是 `{ $right }`
    .other = 这是 `{ $left }`

E0514 = `{ $union }` 各部分与时间的关系不同
    .at = 事件、状态和没有时间的表不能混在一起
    .other = 另一部分与此不同

E0515 = `{ $column }` 必须是这一部分自己的列
    .at = 这是算出的，或经由其他表读取的
    .note = 合并的主键和时间取自各部分自身


E0517 = `{ $union }` 是合并，这里需要部门的表
    .at = 不能给合并填写行
    .declared = 在这里声明
    .help = 请写其中的一部分：{ $parts }

E0518 = `{ $model }` 从不给出级别 `{ $level }`
    .at = 不是它的级别
    .note = 它给出的级别：{ $given }

E0541 = 不会给出 `{ $level }`：`{ $above }` 的起点分数与它相同或更低
    .at = 在 `{ $above }` 之后才判断
    .first = 更严重，先判断
    .help = 请让更严重的级别从更高的分数开始

E0519 = `{ $entity }` 的主键有 { $expected } 部分，却给了 { $found } 个
    .at = 给了 { $found } 个

E0520 = `{ $format }` 不是显示格式
    .at = 没有这种格式
    .help = `:.1` 表示显示一位小数

E0521 = 实体对需要两个不同的实体
    .at = 写两个实体的名称，如 `(Person, Dwelling)`

E0522 = 主键不能是 `{ $ty }`
    .at = 只能是 `Text`、`Int` 或一对实体
    .note = 主键要判断是否相等，各部门的写法也须一致

E0523 = 不能从 `{ $source }` 读取时区
    .at = 需要每个实体只有固定一行的来源
    .declared = `{ $source }` 在这里声明

E0524 = 测试没有说明预期什么
    .at = 写 `expect nothing`，或者写预期的预警

E0525 = `{ $source }` 的行缺少表示时间的 `{ $column }`
    .at = 这里没有给出
    .help = 请在列中加上 `{ $column }`

E0526 = `{ $parameter }` 的值超出范围
    .at = 允许的范围：{ $low } 到 { $high }
    .declared = 范围在这里声明

E0527 = 发现只能在模型里读
    .at = 不能写在事实、表或函数里
    .help = 请在用到它的模型里用 `令` 读，这样看得出哪个模型以哪个模型为基础

E0529 = 清单中没有插件 `{ $plugin }`
    .at = 不在 `[plugins]` 中
    .help = 是否想写 `{ $suggestion }`？
    .note = 每个插件都要在 `watchfire.toml` 中写明路径和 SHA-256

E0530 = `{ $clause }` 在触发中没有意义
    .at = 触发只能写来源、`as` 和 `where`

E0551 = { $place }没有同类可比
    .at = `among` 在这里没有意义
    .note = 同类是模型在同一时刻查看的其他实体：只有带 `every` 的模型的 `let` 或条件才能与之相比

E0552 = 这个值对所有实体都相同，相比没有意义
    .at = 没有读取任何行
    .help = 请比较每个实体各自的值，例如其各行的合计

E0560 = `{ $clause }` 说的是距上一步的时间，而第一步之前没有别的步
    .at = 之前没有步
    .help = 请写在 `then …` 之后

E0561 = `{ $name }` 要读取序列的行，序列因此不能依赖它
    .at = 所有步都确定之后才有值
    .declared = `{ $name }` 在这里读取各步
    .help = 请在条件中直接写前面各步的列，或把条件移到 `warn when`

E0562 = `warn at` 只能用于含 `match` 的模型
    .at = 其他模型说的就是运行的那一刻
    .help = 请去掉 `at …`

E0563 = `{ $source }` 的行没有时间，分不出先后
    .at = 不是事件或状态的来源
    .declared = `{ $source }` 声明时没有时间

E0564 = `{ $source }` 的行不持续一段时间，谈不上 `{ $clause }`
    .at = 不是 `state a..b` 的来源
    .declared = `{ $source }` 在这里声明

E0565 = 步的行只能通过实体的组成部分和登记表的列来找
    .at = 这个值会随时间变化，或者读取了序列中的行
    .note = 登记表是没有时间、且有该实体 `unique` 列的来源

E0570 = 无法从 `{ $key }` 得出 `{ $entity }` 的主键
    .at = 不指任何实体
    .declared = `{ $entity }` 在这里声明
    .help = 请按各部门数据中的写法填写

E0571 = `{ $key }` 在 `{ $model }` 的豁免中出现了两次
    .at = 这里又写了一次
    .first = 第一次在这里
    .help = 只保留一条，日期取较晚的
