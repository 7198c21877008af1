import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/**
 * Asks Flink itself. Every folder under the given one is a question: {@code rows.csv}, and {@code query.sql} over the
 * tables {@code ticker} or {@code rows}, or {@code pattern.cep}. The answer is written beside it, to
 * {@code answer.txt}, a line for each match.
 *
 * <p>A pattern is a line such as {@code a followedBy b+ notFollowedBy c within 600 skip skipPastLastEvent}; {@code b} takes
 * the events whose name begins with that letter, {@code .} takes all, and {@code within} counts seconds. Of several lines
 * each match says the number of its line.
 */
public final class PeerCases {
    /** Key, name, time in microseconds, place in the input. */
    private static final TypeInformation<Tuple4<String, String, Long, Integer>> EVENT =
            TypeInformation.of(new TypeHint<>() {});

    private PeerCases() {}

    public static void main(String[] arguments) throws Exception {
        List<Path> questions;
        try (var folders = Files.list(Path.of(arguments[0]))) {
            questions = folders.filter(Files::isDirectory).sorted().toList();
        }
        for (Path question : questions) {
            Path sql = question.resolve("query.sql");
            List<String> answer = Files.exists(sql) ? ask(question, Files.readString(sql)) : look(question);
            Files.write(question.resolve("answer.txt"), answer);
        }
    }

    private static StreamExecutionEnvironment environment() {
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(1);
        return environment;
    }

    /** A query in SQL over a table of prices. */
    private static List<String> ask(Path question, String query) throws Exception {
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment());
        tables.executeSql(
                "CREATE TABLE ticker (symbol STRING, price BIGINT, rowtime TIMESTAMP(3),"
                        + " WATERMARK FOR rowtime AS rowtime - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem',"
                        + " 'format' = 'csv', 'path' = '" + question.resolve("rows.csv").toAbsolutePath() + "')");
        List<String> answer = new ArrayList<>();
        try (CloseableIterator<Row> rows = tables.executeSql(query).collect()) {
            while (rows.hasNext()) {
                Row row = rows.next();
                List<String> cells = new ArrayList<>();
                for (int index = 0; index < row.getArity(); index++) {
                    cells.add(shown(row.getField(index)));
                }
                answer.add(String.join(" ", cells));
            }
        }
        return answer;
    }

    private static String shown(Object value) {
        if (value instanceof LocalDateTime time) {
            return time.format(DateTimeFormatter.ofPattern(time.getSecond() == 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss"));
        }
        if (value instanceof Double number && number == Math.rint(number)) {
            return Long.toString(number.longValue());
        }
        return String.valueOf(value);
    }

    /** A pattern of the CEP library over events. */
    private static List<String> look(Path question) throws Exception {
        List<Tuple4<String, String, Long, Integer>> events = new ArrayList<>();
        for (String line : Files.readAllLines(question.resolve("rows.csv"))) {
            String[] cells = line.split(",", -1);
            long seconds = LocalDateTime.parse(cells[2].replace(' ', 'T')).toEpochSecond(ZoneOffset.UTC);
            events.add(Tuple4.of(cells[0], cells[1], seconds * 1000, events.size()));
        }
        events.sort(Comparator.comparing(event -> event.f2));
        DataStream<Tuple4<String, String, Long, Integer>> stream = environment()
                .fromData(events, EVENT)
                .assignTimestampsAndWatermarks(
                        WatermarkStrategy.<Tuple4<String, String, Long, Integer>>forBoundedOutOfOrderness(Duration.ofDays(1))
                                .withTimestampAssigner((event, before) -> event.f2));
        List<String> patterns = Files.readAllLines(question.resolve("pattern.cep"));
        DataStream<String> matches = null;
        for (int index = 0; index < patterns.size(); index++) {
            String prefix = patterns.size() > 1 ? index + ": " : "";
            DataStream<String> some = CEP.pattern(stream.keyBy(event -> event.f0, Types.STRING), pattern(patterns.get(index)))
                    .process(new Shown(prefix));
            matches = matches == null ? some : matches.union(some);
        }
        List<String> answer = new ArrayList<>();
        try (CloseableIterator<String> found = matches.executeAndCollect()) {
            found.forEachRemaining(answer::add);
        }
        return answer;
    }

    private static Pattern<Tuple4<String, String, Long, Integer>, ?> pattern(String text) {
        List<String> words = new ArrayList<>(Arrays.asList(text.strip().split("\\s+")));
        AfterMatchSkipStrategy skip = AfterMatchSkipStrategy.noSkip();
        int at = words.indexOf("skip");
        if (at >= 0) {
            skip = switch (words.get(at + 1)) {
                case "noSkip" -> AfterMatchSkipStrategy.noSkip();
                case "skipToNext" -> AfterMatchSkipStrategy.skipToNext();
                case "skipPastLastEvent" -> AfterMatchSkipStrategy.skipPastLastEvent();
                default -> throw new IllegalArgumentException(text);
            };
            words = words.subList(0, at);
        }
        Pattern<Tuple4<String, String, Long, Integer>, ?> pattern = null;
        for (int index = 0; index < words.size(); ) {
            String word = words.get(index);
            String name = "step" + index;
            if (pattern == null) {
                pattern = taking(Pattern.begin(name, skip), word);
                index += 1;
                continue;
            }
            String next = words.get(index + 1);
            pattern = switch (word) {
                case "next" -> taking(pattern.next(name), next);
                case "followedBy" -> taking(pattern.followedBy(name), next);
                case "followedByAny" -> taking(pattern.followedByAny(name), next);
                case "notNext" -> taking(pattern.notNext(name), next);
                case "notFollowedBy" -> taking(pattern.notFollowedBy(name), next);
                case "within" -> pattern.within(Duration.ofSeconds(Long.parseLong(next)));
                default -> throw new IllegalArgumentException(text);
            };
            index += 2;
        }
        return pattern;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Pattern<Tuple4<String, String, Long, Integer>, ?> taking(Pattern pattern, String word) {
        char letter = word.charAt(0);
        Pattern<Tuple4<String, String, Long, Integer>, ?> taking = pattern.where(new Named(letter));
        return word.endsWith("+") ? taking.oneOrMore() : taking;
    }

    /** Takes the events whose name begins with a letter. */
    private static final class Named extends SimpleCondition<Tuple4<String, String, Long, Integer>> {
        private final char letter;

        Named(char letter) {
            this.letter = letter;
        }

        @Override
        public boolean filter(Tuple4<String, String, Long, Integer> event) {
            return letter == '.' || event.f1.charAt(0) == letter;
        }
    }

    /** A match as the key and the names of its events. */
    private static final class Shown extends PatternProcessFunction<Tuple4<String, String, Long, Integer>, String> {
        private final String prefix;

        Shown(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public void processMatch(
                Map<String, List<Tuple4<String, String, Long, Integer>>> match, Context context, Collector<String> out)
                throws IOException {
            StringBuilder line = new StringBuilder();
            for (List<Tuple4<String, String, Long, Integer>> events : match.values()) {
                for (Tuple4<String, String, Long, Integer> event : events) {
                    line.append(line.isEmpty() ? prefix + event.f0 : "").append(' ').append(event.f1);
                }
            }
            out.collect(line.toString());
        }
    }
}
