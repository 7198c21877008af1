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

E0204 = 事实互相依赖：{ $path }
    .at = 最终依赖自己
    .through = 经过这里
    .note = 事实由其他事实算出，总要有一个在先
