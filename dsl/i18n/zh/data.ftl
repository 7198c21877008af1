### 数据源背后的数据。

E0701 = 没有为来源“{ $source }”指定数据
    .at = 此来源要被读取
    .help = 请在 `watchfire.toml` 的 `[data]` 下写明文件：`"{ $source }" = "data/{ $source }.parquet"`

E0702 = 为“{ $source }”指定了数据，但程序包中没有这个来源
    .help = 是否想写 `{ $suggestion }`？

E0703 = 来源“{ $source }”的文件 `{ $path }` 不存在
    .note = 路径可以是文件、装有文件的文件夹，或 `data/*.parquet` 这样的模式；从 `watchfire.toml` 所在文件夹算起

E0704 = 从 `{ $path }` 的扩展名看不出格式
    .help = 请为来源“{ $source }”写明格式：`parquet`、`ipc`、`csv` 或 `ndjson`

E0705 = 无法读取来源“{ $source }”的 `{ $path }`：{ $reason }

E0706 = `{ $path }` 中没有列 `{ $column }`
    .at = 来源“{ $source }”在此读取它
    .note = 文件中有：{ $found }
    .help = 是否想写 `{ $suggestion }`？若是，请写 `取自 "{ $suggestion }"`

E0707 = `{ $path }` 的列 `{ $column }` 存放的是 `{ $found }`，与声明不符
    .at = 来源“{ $source }”在此声明
    .help = 请修改声明的类型，或用 `as`、`in`、`via` 说明如何读取该列

E0708 = `{ $path }` 不是 UTF-8 文本（见第 { $line } 行）
    .help = 请把来源“{ $source }”的文件另存为 UTF-8

E0709 = `{ $path }` 的表头中列 `{ $column }` 出现了两次
    .help = 请改名其中一个；来源“{ $source }”无法判断指的是哪一列

E0710 = 列 `{ $column }` 的类型暂时无法读取
    .at = 来源“{ $source }”在此声明

E0711 = 查找时区的表，其时间又依赖于本表
    .at = 在此查找
    .help = 请为其中之一指定固定时区：`zone "Asia/Shanghai"`

E0712 = 来源“{ $source }”超过 4294967295 行
    .help = 请拆分数据，或只运行其中一部分

E0713 = `{ $path }` 是空文件，连表头也没有
    .help = 没有数据行的来源“{ $source }”应是只有表头的文件
