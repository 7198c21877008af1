### 地点。

E0361 = `{ $source }` 的行没有位置，无所谓远近
    .at = 没有 `Point`（点位）类型的列
    .declared = `{ $source }` 在此声明

E0362 = `{ $source }` 有几列位置：{ $columns }
    .at = 不清楚指哪一列
    .declared = 一列位置
    .help = 用 `by`（凭）写明哪一列

E0363 = 按远近取行时不能同时用 `{ $clause }`
    .at = 只有来源的行才有位置
    .help = 先取来源的行，再数其中的内容：`count distinct person from sightings within 200 m of …`

E0364 = 这段文本不是 `{ $ty }`
    .at = 读法与数据相同：WKT、GeoJSON 或 WKB
    .help = 经度在前；线路有两个不同的位置，环要围住地方，边不能交叉
