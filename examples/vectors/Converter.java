// A converter and classifier in Java that uses nothing of energybench but the tables in data/.
//
//   java Converter.java data                      reads questions, as "energybench verify --command" asks them
//   java Converter.java data vectors.jsonl.gz     tests itself by a file of vectors

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

public class Converter {
    static final Set<String> ACCEPTED = Set.of("two_sources", "one_source", "transcribed", "corroborated");

    static class Refusal extends RuntimeException {
        Refusal(String code) {
            super(code, null, false, false);
        }
    }

    // Exact numbers ------------------------------------------------------------------------------------------

    record Exact(BigInteger over, BigInteger below) {
        static Exact of(BigInteger over, BigInteger below) {
            BigInteger common = over.gcd(below).max(BigInteger.ONE);
            if (below.signum() < 0) common = common.negate();
            return new Exact(over.divide(common), below.divide(common));
        }

        static Exact power(int exponent) {
            BigInteger scale = BigInteger.TEN.pow(Math.abs(exponent));
            return exponent < 0 ? of(BigInteger.ONE, scale) : of(scale, BigInteger.ONE);
        }

        Exact times(Exact other) {
            return of(over.multiply(other.over), below.multiply(other.below));
        }

        Exact dividedBy(Exact other) {
            return of(over.multiply(other.below), below.multiply(other.over));
        }

        Exact minus(Exact other) {
            return of(over.multiply(other.below).subtract(other.over.multiply(below)), below.multiply(other.below));
        }

        int compare(Exact other) {
            return minus(other).over.signum();
        }

        String shown() {
            for (int places = 0; ; places++) {
                BigInteger[] parts = over.multiply(BigInteger.TEN.pow(places)).divideAndRemainder(below);
                if (parts[1].signum() == 0 || places == 40) {
                    return new java.math.BigDecimal(parts[0], places).toPlainString();
                }
            }
        }
    }

    static final Pattern NUMBER =
            Pattern.compile("([+-]?)([0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?");

    static Exact decimal(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKC).replace('\u2212', '-').strip();
        var found = NUMBER.matcher(plain);
        if (!found.matches() || text.matches(".*[，、；].*")) throw new Refusal("unreadable-amount");
        String digits = found.group(3) == null ? "" : found.group(3);
        BigInteger number = new BigInteger(found.group(2).replace(",", "") + digits);
        int exponent = found.group(4) == null ? 0 : Integer.parseInt(found.group(4));
        Exact size = Exact.of(number, BigInteger.ONE).times(Exact.power(exponent - digits.length()));
        return found.group(1).equals("-") ? Exact.of(size.over.negate(), size.below) : size;
    }

    // Tables -------------------------------------------------------------------------------------------------

    static List<Map<String, String>> table(Path data, String name) throws IOException {
        String text = Files.readString(data.resolve(name + ".csv")).replaceFirst("^\uFEFF", "");
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        var cells = Pattern.compile("(?:\"((?:[^\"]|\"\")*+)\"|([^\",\r\n]*+))(,|\r?\n|$)").matcher(text);
        while (cells.find()) {
            row.add(cells.group(1) == null ? cells.group(2) : cells.group(1).replace("\"\"", "\""));
            if (cells.group(3).equals(",")) continue;
            if (row.size() > 1) rows.add(row);
            row = new ArrayList<>();
        }
        List<String> head = rows.get(0);
        List<Map<String, String>> found = new ArrayList<>();
        for (List<String> body : rows.subList(1, rows.size())) {
            Map<String, String> one = new HashMap<>();
            for (int place = 0; place < head.size(); place++) one.put(head.get(place), body.get(place));
            found.add(one);
        }
        return found;
    }

    static List<Map<String, String>> accepted(Path data, String name) throws IOException {
        return table(data, name).stream().filter(row -> ACCEPTED.contains(row.get("verification"))).toList();
    }

    final List<Map<String, String>> carriers;
    final Map<String, String> carrierNames = new HashMap<>();
    final List<Map<String, String>> ladders = new ArrayList<>();
    final List<Exact[]> furnaces = new ArrayList<>();

    Converter(Path data) throws IOException {
        carriers = accepted(data, "carriers");
        for (var row : table(data, "carriers")) {
            for (String column : List.of("carrier", "name_zh", "name_en")) {
                carrierNames.put(row.get(column).toLowerCase(), row.get("carrier"));
            }
        }
        for (var row : table(data, "carrier_names")) carrierNames.put(row.get("name").toLowerCase(), row.get("carrier"));
        for (String name : List.of("benchmarks", "limits", "local_limits")) ladders.addAll(accepted(data, name));
        for (var row : accepted(data, "furnace_limits")) {
            furnaces.add(new Exact[] {decimal(row.get("capacity")), decimal(row.get("limit"))});
        }
    }

    // Units: a factor and a kind -----------------------------------------------------------------------------

    record Unit(Exact factor, String kind) {}

    static final Map<String, Unit> ATOMS = new HashMap<>();
    static final Map<String, Integer> SCALES = Map.of("百", 2, "千", 3, "万", 4, "百万", 6, "亿", 8);

    static {
        String[] atoms = {
            "energy 0.001 kJ 千焦", "energy 1 MJ 兆焦", "energy 1000 GJ 吉焦", "energy 1000000 TJ",
            "energy 3.6 kWh 千瓦时 度 kW.h", "energy 3600 MWh", "mass 0.001 g 克", "mass 1 kg 千克 公斤",
            "mass 1000 t 吨 公吨 tonne tonnes", "mass 1000000 kt", "volume 1 m3 M3 立方米 m^3 kL 千升",
            "volume 0.001 L 升", "normal_volume 1 Nm3", "area 1 m2 M2 平方米 m^2", "coal 0.001 gce 克标准煤 克标煤 g标准煤",
            "coal 1 kgce 千克标准煤 千克标煤 公斤标准煤 kg标准煤 KGCE Kgce", "coal 1000 tce 吨标准煤 吨标煤 TCE t标准煤",
            "refinery 1 EF 能量因数", "leather 1 tsl", "share 1 percent %", "container 1 TEU 标准箱", "glass 1 weight_case 重量箱 重箱",
            "money 1 CNY 元 RMB 人民币元", "air_dry 1 Adt 风干吨", "year 1 a 年", "person 1 person 人",
        };
        for (String atom : atoms) {
            String[] parts = atom.split(" ");
            for (String word : Arrays.copyOfRange(parts, 2, parts.length)) {
                ATOMS.put(word, new Unit(decimal(parts[1]), parts[0]));
            }
        }
        ATOMS.put("weight case", ATOMS.get("weight_case"));
        // Standard oil is 10/7 of standard coal, which no decimal is.
        Exact oil = Exact.of(BigInteger.TEN, BigInteger.valueOf(7));
        for (String word : List.of("kgoe", "千克标准油", "kg标准油")) ATOMS.put(word, new Unit(oil, "coal"));
        Exact tonne = oil.times(Exact.power(3));
        for (String word : List.of("toe", "吨标准油", "TOE")) ATOMS.put(word, new Unit(tonne, "coal"));
    }

    static final Pattern SCALED = Pattern.compile("(?:10\\^([0-9]+) ?)?(百万|[百千万亿])?(.*)");

    static Unit unit(String text) {
        String plain = text.strip().replace("³", "3").replaceAll("[·•×]", ".");
        var superscript = Pattern.compile("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)").matcher(plain);
        plain = superscript.replaceAll(found -> "10^" + Normalizer.normalize(found.group(1), Normalizer.Form.NFKC));
        plain = plain.replace("²", "2");
        if (plain.contains("/")) {
            String[] parts = plain.split("/", -1);
            Unit whole = unit(parts[0]);
            for (String part : Arrays.copyOfRange(parts, 1, parts.length)) {
                Unit below = unit(part.replaceFirst("^\\((.*)\\)$", "$1"));
                whole = new Unit(whole.factor.dividedBy(below.factor), whole.kind + "/" + below.kind);
            }
            return whole;
        }
        if (ATOMS.containsKey(plain)) return ATOMS.get(plain);
        String[] factors = plain.split("\\.", -1);
        if (factors.length == 2 && ATOMS.containsKey(factors[0]) && ATOMS.containsKey(factors[1])) {
            Unit one = ATOMS.get(factors[0]), other = ATOMS.get(factors[1]);
            String kind = one.kind.compareTo(other.kind) < 0 ? one.kind + "." + other.kind : other.kind + "." + one.kind;
            return new Unit(one.factor.times(other.factor), kind);
        }
        var found = SCALED.matcher(plain);
        if (!found.matches() || !ATOMS.containsKey(found.group(3)) || (found.group(1) != null && found.group(2) != null)) {
            throw new Refusal("unknown-unit");
        }
        int exponent = found.group(1) == null ? 0 : Integer.parseInt(found.group(1));
        exponent += found.group(2) == null ? 0 : SCALES.get(found.group(2));
        Unit atom = ATOMS.get(found.group(3));
        return new Unit(atom.factor.times(Exact.power(exponent)), atom.kind);
    }

    // Answers ------------------------------------------------------------------------------------------------

    Map<String, String> answer(Map<String, Object> question) {
        Map<String, String> ask = new HashMap<>();
        question.forEach((name, value) -> ask.put(name, String.valueOf(value)));
        try {
            return switch (ask.get("operation")) {
                case "convert" -> Map.of("tce", convert(ask).shown());
                case "classify" -> Map.of("class", classify(ask));
                case "furnace_limit" -> Map.of("limit", furnaceLimit(ask).shown());
                default -> throw new IllegalArgumentException(ask.get("operation"));
            };
        } catch (Refusal refusal) {
            return Map.of("error", refusal.getMessage());
        }
    }

    Exact convert(Map<String, String> ask) {
        String carrier = carrierNames.get(ask.get("carrier").toLowerCase());
        if (carrier == null) throw new Refusal("unknown-carrier");
        if (ask.get("unit").isEmpty()) throw new Refusal("unreadable-amount");
        Unit measured = unit(ask.get("unit"));
        Exact number = decimal(ask.get("amount"));
        String printed = ask.get("coal_rate");
        if (ask.getOrDefault("basis", "calorific").equals("calorific")) {
            var row = carriers.stream()
                    .filter(one -> one.get("carrier").equals(carrier) && one.get("document").equals(ask.get("edition")))
                    .filter(one -> !one.get("basis").equals("primary")).findFirst().orElse(null);
            if (row == null || !row.get("coefficient_high").isEmpty()) throw new Refusal("several-candidates");
            printed = row.get("coefficient") + " " + row.get("coefficient_unit");
        } else if (printed == null) {
            throw new Refusal("no-coal-rate");
        }
        String[] parts = printed.split(" ");
        Unit coefficient = unit(parts[1]);
        if (!coefficient.kind.equals("coal/" + measured.kind)) {
            boolean gas = coefficient.kind.endsWith("volume") && measured.kind.endsWith("volume");
            throw new Refusal(gas ? "gas-condition" : "wrong-dimension");
        }
        Exact coal = number.times(measured.factor).times(decimal(parts[0])).times(coefficient.factor);
        return coal.dividedBy(decimal("1000"));
    }

    static final String[][] STEPS = {
        {"benchmark", "benchmark"}, {"baseline", "baseline"}, {"level1", "level-1"}, {"level2", "level-2"},
        {"level3", "level-3"}, {"limit", "within-limit"},
    };

    String classify(Map<String, String> ask) {
        var rows = ladders.stream()
                .filter(row -> row.get("item").equals(ask.get("item")) && row.get("document").equals(ask.get("document")))
                .filter(row -> !row.get("unit").isEmpty()).toList();
        if (rows.isEmpty()) throw new Refusal("unknown-product");
        Unit given = unit(ask.get("unit"));
        var row = rows.stream().filter(one -> unit(one.get("unit")).kind.equals(given.kind)).findFirst()
                .orElseThrow(() -> new Refusal("wrong-dimension"));
        Exact value = decimal(ask.get("value")).times(given.factor).dividedBy(unit(row.get("unit")).factor);
        for (String[] step : STEPS) {
            String printed = row.getOrDefault(step[0], "");
            if (printed.isEmpty()) continue;
            int sign = value.compare(decimal(printed));
            boolean met = switch (row.get("comparator")) {
                case "<=" -> sign <= 0;
                case "<" -> sign < 0;
                case ">=" -> sign >= 0;
                default -> sign > 0;
            };
            if (met) return step[1];
        }
        return row.containsKey("benchmark") ? "below-baseline" : "over-limit";
    }

    Exact furnaceLimit(Map<String, String> ask) {
        String[] parts = ask.get("capacity").split(" ");
        Unit measured = unit(parts[1]);
        Exact size = decimal(parts[0]).times(measured.factor).dividedBy(decimal("1000"));
        if (!measured.kind.equals("mass") || size.over.signum() <= 0) throw new Refusal("capacity");
        int above = 0;
        while (above < furnaces.size() && size.compare(furnaces.get(above)[0]) > 0) above++;
        if (above == furnaces.size()) return furnaces.get(above - 1)[1];
        Exact[] right = furnaces.get(above);
        if (above == 0 || size.compare(right[0]) == 0) return right[1];
        Exact[] left = furnaces.get(above - 1);
        return switch (ask.get("reading")) {
            case "class_above" -> right[1];
            case "class_below" -> left[1];
            case "stated_only" -> throw new Refusal("capacity");
            default -> left[1].minus(right[1].minus(left[1]).dividedBy(right[0].minus(left[0])).times(left[0].minus(size)));
        };
    }

    // JSON ---------------------------------------------------------------------------------------------------

    /** Reads the objects, arrays, texts and whole numbers that vectors have. */
    static class Json {
        final String text;
        int at;

        Json(String text) {
            this.text = text;
        }

        char next() {
            while (Character.isWhitespace(text.charAt(at))) at++;
            return text.charAt(at);
        }

        Object value() {
            char first = next();
            if (first == '"') return string();
            if (first == '{') {
                Map<String, Object> found = new LinkedHashMap<>();
                for (at++; next() != '}'; ) {
                    if (next() == ',') at++;
                    next();
                    String name = string();
                    next();
                    at++;
                    found.put(name, value());
                }
                at++;
                return found;
            }
            if (first == '[') {
                List<Object> found = new ArrayList<>();
                for (at++; next() != ']'; ) {
                    if (next() == ',') at++;
                    found.add(value());
                }
                at++;
                return found;
            }
            int start = at;
            while (at < text.length() && ",}] ".indexOf(text.charAt(at)) < 0) at++;
            return text.substring(start, at);
        }

        String string() {
            StringBuilder found = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                char one = text.charAt(at);
                if (one == '\\') {
                    one = text.charAt(++at);
                    if (one == 'u') {
                        found.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                        at += 4;
                        continue;
                    }
                    one = "bfnrt".indexOf(one) < 0 ? one : "\b\f\n\r\t".charAt("bfnrt".indexOf(one));
                }
                found.append(one);
            }
            at++;
            return found.toString();
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String line) {
        return (Map<String, Object>) new Json(line).value();
    }

    // The two ways to run ------------------------------------------------------------------------------------

    @SuppressWarnings("unchecked")
    static boolean right(Map<String, Object> vector, Map<String, String> found) {
        var expected = ((Map<String, Object>) vector.get("answer")).entrySet().iterator().next();
        String given = found.get(expected.getKey());
        if (given == null || expected.getKey().equals("error")) return given != null;
        if (expected.getKey().equals("class")) return given.equals(expected.getValue());
        return decimal(given).compare(decimal((String) expected.getValue())) == 0;
    }

    @SuppressWarnings("unchecked")
    public static void main(String[] words) throws IOException {
        Converter converter = new Converter(Path.of(words[0]));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        if (words.length == 1) {
            var questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                Map<String, Object> question = object(line);
                String found = converter.answer(question).entrySet().stream()
                        .map(one -> "\"" + one.getKey() + "\":\"" + one.getValue() + "\"").collect(Collectors.joining());
                out.println("{\"id\":\"" + question.get("id") + "\"," + found + "}");
            }
            out.flush();
            return;
        }
        InputStream file = Files.newInputStream(Path.of(words[1]));
        if (words[1].endsWith(".gz")) file = new GZIPInputStream(file);
        List<String> lines;
        try (var reader = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            lines = reader.lines().toList();
        }
        if (!object(lines.get(0)).get("version").equals("1")) throw new IOException("another format: " + lines.get(0));
        int right = 0;
        for (String line : lines.subList(1, lines.size())) {
            Map<String, Object> vector = object(line);
            Map<String, String> found = converter.answer((Map<String, Object>) vector.get("ask"));
            if (right(vector, found)) right++;
            else out.println(line + " " + found);
        }
        out.println(right + " of " + (lines.size() - 1) + " vectors");
        out.flush();
        System.exit(right == lines.size() - 1 ? 0 : 1);
    }
}
