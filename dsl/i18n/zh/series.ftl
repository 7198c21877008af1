### 先后相连的行、连续与重叠。

E0371 = `{ $source }` 的行没有时间，`{ $aggregate }` 没有意义
    .at = 各行不分先后
    .declared = `{ $source }` 在此声明

E0372 = `{ $aggregate }` 看的是先后相连的行，不是互不相同的实体
    .at = 这里是实体，按键排列
    .help = 直接取来源的行，不写 `… in`

E0373 = `max overlap`（最多重叠）需要持续一段时间的行，`{ $source }` 的行不是
    .at = 没有起止
    .declared = `{ $source }` 在此声明
    .help = 只有写明 `state a..b` 的来源，行才有起止

E0374 = `max overlap`（最多重叠）需要窗口
    .at = 没有写明在哪段时间内
    .help = 在后面写明窗口，例如 `over last 30 days`
