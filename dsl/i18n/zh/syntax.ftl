### 字符、括号、语句。

E0001 = `{ $found }` 不应出现在这里
    .at = 这里应为：{ $expected }

E0002 = `{ $bracket }` 没有闭合
    .at = 从这里开始
    .end = 应在此之前闭合

E0003 = 多出的 `{ $bracket }`
    .at = 没有与它对应的左括号
    .opened = 尚未闭合的是这一个

E0004 = 括号嵌套过深
    .at = 超过 { $limit } 层
    .help = 用 `let` 给里面的部分取个名字

E0005 = `{ $keyword }` 旁边需要空格
    .at = 连在一起会被当作一个名称
    .insert = 加一个空格
    .note = 名称里可以含有关键字的字样，所以中文关键字的两边要有空格或标点

E0006 = 字符 `{ $character }` 在这里没有意义
    .at = 语言中没有这个字符
    .replace = 改为 `{ $replacement }`

E0007 = 文字没有在本行结束
    .at = 缺少后引号

E0008 = 这里缺少内容
    .at = 这里应为：{ $expected }

E0009 = `{ $escape }` 在文字中没有意义
    .at = 没有这样的转义
    .replace = 把反斜杠写两次
    .help = 可用的有 `\"`、`\\`、`\n`（换行）、`\t` 和 `\u{"{"}4e00{"}"}`

E0010 = 注释没有结束
    .at = 从这里开始
    .help = 在注释结束的地方写 `*/`

E0011 = 反引号中的名称没有结束，或者是空的
    .at = 缺少后一个反引号

E0012 = 文字要写在双引号中
    .at = 这里是单引号
    .replace = 改用双引号

E0013 = 这里不写 `{ $symbol }`
    .at = { $native ->
        [none] 语句在行尾结束
       *[other] 应写 `{ $native }`
    }
    .replace = { $native ->
        [none] 去掉它
       *[other] 改为 `{ $native }`
    }

E0014 = `{ $text }` 不存在
    .at = 没有这样的日期或时刻

E0015 = 文件超过 { $limit } MiB
    .at = 文件从这里开始
    .help = 数据应放在来源里，而不是程序里

E0016 = 语句过长
    .at = 超过 { $limit } 个词和符号

E0101 = `{ $found }` 不能作为开头
    .at = 这里应为 `model`（模型）、`source`（来源）、`entity`（实体）、`fact`（事实）、`test`（测试）等
    .replace = 是否想写 `{ $suggestion }`？

E0102 = `{ $found }` 不应出现在这里
    .at = 是否想写 `{ $keyword }`？
    .replace = 改为 `{ $keyword }`

E0103 = `=` 用来给值取名
    .at = 比较两个值用 `==`
    .replace = 改为 `==`

E0104 = `{ $name }` 缺少 `from`（取自）
    .at = 后面应有 `from`（取自）和来源
    .insert = 写上 `from`

E0105 = 比较不能连写
    .at = 第二个比较
    .first = 第一个比较
    .help = 写成 `a < b and b < c`，或 `b in a..c`

E0106 = `{ $name }` 要单独成句，或写在括号里
    .at = 在它前面写 `(`，在最后一个子句后面写 `)`
    .help = 也可以先取名：`let rows = { $name } …`

E0107 = `{ $name }` 是保留字
    .at = 这里需要一个名称
    .replace = 加上反引号
    .note = 运算符和子句的词在中英文中都是保留字

E0108 = `{ $clause }` 写了两次
    .at = 第二个
    .first = 第一个

E0109 = `{ $keyword }` 不能写在{ $block }里
    .at = 它应写在{ $belongs }里
    .help = 前面也许少了或多了一个 `{"}"}`

E0110 = `{ $item }` 后面要有花括号
    .at = 这之后应有 `{"{"}` … `{"}"}`

E0111 = { $columns } 列却有 { $cells } 个值
    .at = 这一行
    .help = 缺失的值写作 `_`

E0112 = 表达式的层次太多
    .at = 超过 { $limit } 层运算
    .help = 用 `let` 给其中的部分取名

E0113 = { $empty ->
        [true] 花括号里没有内容
       *[other] 消息里的花括号不成对
    }
    .at = { $empty ->
        [true] 这里应有一个值
       *[other] 没有与它成对的花括号
    }
    .help = 花括号本身写作 `{"{{"}` 和 `{"}}"}`

E0114 = 列表只能写在 `in`（属于）之后
    .at = 这里应为一个值

E0115 = 新的语句要另起一行
    .at = 另一个语句从这里开始

E0116 = 带 `within` 的 `without` 结束整个序列
    .at = 它必须是最后一个子句

E0117 = 这里的 `not`（非）要加括号
    .at = 写成 `(not …)`
