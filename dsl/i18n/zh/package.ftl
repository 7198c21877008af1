### 程序包：清单、文件、方案。

E0601 = 没有文件夹 `{ $folder }`
    .help = 请检查路径，或者用 `watchfire new { $folder }` 新建程序包

E0602 = 文件夹 `{ $folder }` 中没有 `watchfire.toml`
    .note = 含有 `watchfire.toml` 的文件夹才是程序包
    .help = 用 `watchfire new` 新建程序包
