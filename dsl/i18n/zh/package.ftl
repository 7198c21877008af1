### 程序包：清单、文件、方案。

E0601 = 没有文件夹 `{ $folder }`
    .help = 请检查路径，或者用 `watchfire new { $folder }` 新建程序包

E0602 = 文件夹 `{ $folder }` 中没有 `watchfire.toml`
    .note = 含有 `watchfire.toml` 的文件夹才是程序包
    .help = 文件夹 `{ $parent }` 是程序包，也许是指它
    .help2 = 用 `watchfire new` 新建程序包

E0603 = `{ $path }` 是文件，而程序包是文件夹
    .help = 请给出 `watchfire.toml` 所在的文件夹

E0604 = 清单不是正确的 TOML：{ $detail }
    .at = 在这里

E0605 = `{ $file }` 不是 UTF-8 文本
    .note = 第一个不符的字节在第 { $line } 行
    .help = 文件可能是 GBK 编码：请在编辑器中打开并另存为 UTF-8

E0606 = 无法读取 `{ $file }`
    .note = 系统的回答：{ $reason }

E0607 = `{ $file }` 过大：{ $megabytes } MB，上限为 { $limit } MB
    .help = 数据应放在 `[data]` 所指的文件中，模型可以分成几个文件

E0608 = `{ $key }` 应为{ $expected }，却是{ $found }
    .at = 这是{ $found }

E0609 = `{ $place }` 没有键 `{ $key }`
    .at = 这里不认识
    .replace = 是否想写 `{ $suggestion }`？
    .note = 这里可用的键：{ $known }

E0610 = `{ $place }` 缺少 `{ $key }`
    .at = 在这一部分
    .help = 例如写 `{ $example }`

E0611 = 没有时区 `{ $zone }`
    .at = 不在 IANA 时区表中
    .replace = 是否想写 `{ $suggestion }`？
    .note = 时区写作“地区/城市”，如 `Asia/Shanghai`

E0612 = `{ $version }` 不是版本号
    .at = 需要三个数字，如 `0.1.0`

E0613 = `{ $name }` 不能作程序包的名称
    .at = 可用文字、数字、`_` 和 `-`，以文字开头，最多 100 个字符

E0614 = `{ $key }` 不能是 `{ $value }`
    .at = 可以是：{ $allowed }
    .replace = 是否想写 `{ $suggestion }`？

E0615 = `{ $delimiter }` 不能作单元格的分隔符
    .at = 需要一个 ASCII 字符，如 `,` 或 `;`，不能是引号

E0616 = 这不是 SHA-256
    .at = 需要 64 位十六进制数字
    .help = 用 `sha256sum 文件` 可以得到

E0617 = `{ $key }` 必须大于零，却是 { $value }
    .at = 这样任何插件都无法运行

E0618 = `{ $file }` 有两份文本
    .help = 请给每份文本不同的名称

E0619 = `{ $source }` 没有数据的路径
    .at = 空的
    .help = 请写文件、通配符或文件夹，或者去掉这一行

E0620 = 程序包没有来源 `{ $name }`
    .at = 为未声明的来源指定了数据
    .replace = 是否想写 `{ $suggestion }`？
    .help = 请声明这个来源，或者去掉这一行

E0621 = `{ $profile }` 设置了 `{ $name }`，但没有这个参数
    .at = 不是本程序包的参数
    .replace = 是否想写 `{ $suggestion }`？
    .note = 参数写作 `模型.参数`

E0622 = 参数 `{ $parameter }` 是 `{ $expected }`，这里却是 `{ $found }`
    .at = 这是 `{ $found }`
    .declared = 参数在这里声明
    .note = 带单位的量写成文字，如 "200 km/h"

E0623 = { $value } 超出参数 `{ $parameter }` 的范围
    .at = 允许的范围：{ $range }
    .declared = 范围在这里声明

W0601 = `{ $folder }` 中的 `.watch` 文件不会被读取
    .help = 是否想写 `{ $suggestion }`？
    .note = 读取的是 `sources`、`models`、`tests` 以及清单旁边的文件

W0602 = 程序包 `{ $folder }` 没有 `.watch` 文件
    .help = 请在 `models` 中写一个，或者用 `watchfire new` 生成示例

E0630 = `{ $path }` 中没有程序包
    .at = 没有含 `watchfire.toml` 的文件夹
    .note = 路径从本文件所属程序包的文件夹算起

E0631 = `{ $package }` 的版本是 { $found }，需要 { $wanted }
    .at = 要求 { $wanted }
    .declared = 它的版本
    .note = 版本号第一位相同，且不低于所要求的版本，才符合

E0632 = `{ $version }` 不是版本号
    .at = 应如 "1.2"

E0633 = 程序包循环引用：{ $path }
    .at = 又绕了回来
    .through = 经过这里
    .help = 把双方都需要的部分移到单独的程序包

E0634 = `{ $package }` 的时区是 { $zone }，本包是 { $own }
    .at = 日期和天的起止不同
    .declared = 它的时区
    .help = 一起使用的程序包，`watchfire.toml` 中的 `zone` 必须相同

E0635 = `{ $package }` 的级别（{ $levels }）与本包（{ $own }）不同
    .at = 它的模型会给出本包没有的级别
    .help = 一起使用且含模型的程序包，`levels` 必须相同
