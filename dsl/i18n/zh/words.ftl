### 消息中出现的词，以及界面用语。

severity-error = 错误
severity-warning = 警告
note = 说明
help = 提示
fix = 改法
list-comma = 、
more-about = 详细说明：`watchfire explain-code { $code }`

word-name = 名称
word-number = 数字
word-text = 引号中的文字
word-expression = 值
word-duration = 时长（如 `7 days`）
word-type = 类型（如 `Int`）
word-date = 日期
word-end-of-line = 行尾
word-end-of-file = 文件末尾
word-entity = 实体
word-source = 来源
word-column = 列
word-fact = 事实
word-model = 模型
word-function = 函数
word-enum = 枚举
word-parameter = 参数
word-rows = 派生表
word-unit = 单位
word-level = 等级
word-plugin = 插件
word-constant = 常量
word-table = 表
word-toml-list = 列表
word-boolean = `true` 或 `false`
