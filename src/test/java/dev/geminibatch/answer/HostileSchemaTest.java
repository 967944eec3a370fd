package dev.geminibatch.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.re2j.Pattern;
import dev.geminibatch.line.LineProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas and answers that are made to keep the checking busy. */
class HostileSchemaTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** For ever is longer than this. */
  private static final Duration LONG = Duration.ofSeconds(30);

  private final SchemaWork work = new SchemaWork(System::nanoTime);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^((a*)*)*b$",
        "(a|a)*b",
        "(.*)*x",
        "^(a+)+$",
        "^(a|aa)+$",
        "(x+x+)+y",
        "^(([a-z])+.)+[A-Z]$"
      })
  void no_pattern_takes_for_ever(String pattern) {
    assertTimeoutPreemptively(
        LONG,
        () -> {
          String text = '"' + "a".repeat(5_000) + "!\"";
          assertThat(misfit("{'pattern':'" + pattern + "'}", text)).isPresent();
          assertThat(work.unchecked()).isZero();
          String byName = "{'patternProperties':{'" + pattern + "':{'type':'string'}}}";
          assertThat(misfit(byName, "{" + text + ":1}")).isEmpty();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a{1000}){1000}",
        "((a{100}){100}){100}",
        "(((((((((a?){10}){10}){10}){10}){10}){10}){10}){10}){10}",
        "((a{0}){1000}){1000}",
        "((()a{1000}){1000}){1000}",
        "[[:alpha:]]{1000}(b{1000}){1000}",
        "\\\\Qx\\\\E(b{1000}){1000}",
        "\\\\Q[\\\\E(b{1000}){1000}",
        "[]](b{1000}){1000}",
        "[^]](b{1000}){1000}",
        "[\\\\]](b{1000}){1000}",
        "\\\\[(b{1000}){1000}",
        "(b{1000,}){1000,}",
        "(?i:(?:b{999}){999})"
      })
  void a_pattern_that_is_large_when_written_out_is_not_tried(String pattern) {
    assertThat(new SchemaPattern(pattern.replace("\\\\", "\\")).size()).isZero();
    assertTimeoutPreemptively(
        LONG, () -> assertThat(misfit("{'pattern':'" + pattern + "'}", "\"x\"")).isEmpty());
  }

  @Test
  void deeply_nested_and_long_patterns_are_not_tried() {
    for (String pattern :
        new String[] {
          "(".repeat(2_400) + ")".repeat(2_400),
          "(?:".repeat(900) + "a" + "){2}".repeat(900),
          "a?".repeat(100_000),
          "\\\\pL".repeat(10_000)
        }) {
      assertThat(misfit("{'pattern':'" + pattern + "'}", "\"x\"")).isEmpty();
    }
  }

  @Test
  void ordinary_patterns_are_tried() {
    for (String pattern :
        new String[] {
          "^.{1,1000}$",
          "^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$",
          "^\\p{L}{1,500}$",
          "^(\\d{1,3}\\.){3}\\d+$"
        }) {
      SchemaPattern known = new SchemaPattern(pattern);
      SchemaJudge judge = new SchemaJudge(SchemaWork.MOST_STEPS);
      assertThat(known.isUnknown(judge)).as(pattern).isFalse();
      assertThat(known.size()).isGreaterThanOrEqualTo(Pattern.compile(pattern).programSize());
    }
  }

  @Test
  void many_large_patterns_in_one_schema_are_not_tried() {
    String fields =
        IntStream.range(0, 1_000)
            .mapToObj(i -> "'f" + i + "':{'pattern':'^(b" + i + "|c){300}$'}")
            .collect(Collectors.joining(","));
    assertThat(misfit("{'properties':{" + fields + "}}", "{\"f1\":\"x\"}")).isEmpty();
    assertThat(work.unchecked()).isOne();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'$ref':'#'}",
        "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}",
        "{'anyOf':[{'$ref':'#'}]}",
        "{'anyOf':[{'type':'number'},{'$ref':'#'},{'$ref':'#'}]}",
        "{'oneOf':[{'$ref':'#'},{'$ref':'#'}]}",
        "{'allOf':[{'$ref':'#'},{'$ref':'#'}]}",
        "{'not':{'$ref':'#'}}",
        "{'if':{'$ref':'#'},'then':{'$ref':'#'},'else':{'$ref':'#'}}",
        "{'allOf':[{'not':{'anyOf':[{'$ref':'#'},{'$ref':'#/allOf/0'}]}}]}",
      })
  void a_reference_that_leads_back_to_itself_judges_nobody(String schema) {
    assertTimeoutPreemptively(
        LONG,
        () -> {
          assertThat(misfit(schema, "\"x\"")).isEmpty();
          assertThat(work.unchecked()).isOne();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'items':{'$ref':'#'},'type':'array'}",
        "{'properties':{'a':{'$ref':'#'}},'type':'object'}",
        "{'$recursiveRef':'#','type':'boolean'}",
        "{'$dynamicRef':'#','type':'boolean'}",
        "{'$id':'http://127.0.0.1:1/','$schema':'file:///etc/passwd','$anchor':'a','type':'boolean'}"
      })
  void a_reference_to_itself_for_what_is_inside_is_usual(String schema) {
    assertThat(misfit(schema, "\"x\"")).isPresent();
    assertThat(work.unchecked()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "classpath:logging.properties",
        "resource:logging.properties",
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
        "https://json-schema.org/draft/2020-12/schema",
        "jar:file:/x.jar!/y",
        "urn:x:y",
        "other.json",
        "//host/x",
        "#name",
        "#/$defs/none",
        "#/$defs/%zz",
        "#/type",
        ""
      })
  void a_reference_that_leads_elsewhere_is_not_followed(String reference) {
    assertThat(misfit("{'$ref':'" + reference + "','type':'string'}", "\"x\"")).isEmpty();
    assertThat(work.unchecked()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"allOf", "anyOf", "oneOf"})
  void references_that_double_are_given_up(String keyword) {
    String doubling =
        IntStream.range(0, 60)
            .mapToObj(
                i ->
                    "'d%d':{'%s':[{'$ref':'#/$defs/d%d'},{'$ref':'#/$defs/d%d'}]}"
                        .formatted(i, keyword, i + 1, i + 1))
            .collect(Collectors.joining(","));
    String schema =
        "{'$ref':'#/$defs/d0','$defs':{" + doubling + ",'d60':{'not':{'type':'array'}}}}";
    assertTimeoutPreemptively(
        LONG,
        () -> {
          assertThat(misfit(schema, keyword.equals("allOf") ? "{}" : "[]")).isEmpty();
          assertThat(work.unchecked()).isOne();
        });
  }

  @Test
  void a_schema_that_is_too_much_work_is_soon_not_tried_any_more() {
    assertTimeoutPreemptively(
        LONG,
        () -> {
          AnswerForm form = form(product());
          String answer = list(2_000);
          for (int i = 0; i < 100_000; i++) {
            assertThat(form.misfit(answer, AnswerForm.parse(i < 5 ? answer : "[]"))).isEmpty();
          }
          assertThat(work.unchecked()).isEqualTo(100_000);
        });
  }

  @Test
  void many_such_schemas_take_no_more_than_the_time_that_is_set_aside() {
    AtomicLong ticker = new AtomicLong();
    SchemaWork slow = new SchemaWork(() -> ticker.addAndGet(TimeUnit.SECONDS.toNanos(1)));
    for (int i = 0; i < 11; i++) {
      slow.begin().spend(SchemaWork.MOST_STEPS);
      slow.end();
    }
    SchemaJudge judge = slow.begin();
    judge.spend(SchemaWork.FEW_STEPS);
    assertThatExceptionOfType(SchemaJudge.CannotJudge.class).isThrownBy(() -> judge.spend(1));
  }

  @Test
  void one_schema_does_not_spoil_the_others() {
    AnswerForm bad = form("{'$ref':'#'}");
    AnswerForm good = form("{'type':'string'}");
    for (int i = 0; i < 10; i++) {
      assertThat(bad.misfit("1", MAPPER.getNodeFactory().numberNode(1))).isEmpty();
      assertThat(good.misfit("1", MAPPER.getNodeFactory().numberNode(1))).isPresent();
    }
  }

  @Test
  void wide_schemas_and_answers_take_no_time() {
    assertTimeoutPreemptively(
        LONG,
        () -> {
          String names =
              IntStream.range(0, 100_000)
                  .mapToObj(i -> "\"n" + i + "\":{}")
                  .collect(Collectors.joining(","));
          assertThat(misfit("{'additionalProperties':{'type':'number'}}", "{" + names + "}"))
              .isPresent();
          assertThat(misfit("{'properties':{" + names + "},'type':'array'}", "{}")).isPresent();
          String words =
              IntStream.range(0, 100_000)
                  .mapToObj(String::valueOf)
                  .collect(Collectors.joining(","));
          assertThat(misfit("{'enum':[" + words + "]}", "\"x\"").orElseThrow())
              .hasSizeLessThan(300);
          assertThat(misfit("{'uniqueItems':true}", "[" + words + ",1]")).isPresent();
        });
  }

  @Test
  void names_and_texts_with_the_same_hash_take_no_time() {
    assertTimeoutPreemptively(
        LONG,
        () -> {
          String names =
              IntStream.range(0, 1 << 16)
                  .mapToObj(HostileSchemaTest::colliding)
                  .map(name -> '"' + name + "\":1")
                  .collect(Collectors.joining(","));
          assertThat(misfit("{'maxProperties':65536}", "{" + names + "}")).isEmpty();
          String texts =
              IntStream.range(0, 1 << 16)
                  .mapToObj(i -> '"' + colliding(i) + '"')
                  .collect(Collectors.joining(","));
          assertThat(misfit("{'uniqueItems':true}", "[" + texts + "]")).isEmpty();
          assertThat(misfit("{'enum':[" + texts + "]}", "\"AaAa\"")).isPresent();
          assertThat(work.unchecked()).isZero();
        });
  }

  private static String colliding(int number) {
    return IntStream.range(0, 16)
        .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB")
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @CsvSource({
    "1e999999999",
    "-1e999999999",
    "1e-999999999",
    "1E+2147483647",
    "123456789012345678901234567890"
  })
  void numbers_of_any_size_are_compared(String number) {
    assertTimeoutPreemptively(
        LONG,
        () -> {
          for (String schema :
              new String[] {
                "{'minimum':5,'maximum':4}",
                "{'exclusiveMinimum':5,'exclusiveMaximum':4}",
                "{'enum':[1,'2',1e-300]}",
                "{'type':'string'}"
              }) {
            assertThat(misfit(schema, number)).as(schema).isPresent();
          }
          assertThat(misfit("{'multipleOf':1e-300,'minimum':1e999999999}", number)).isEmpty();
          assertThat(misfit("{'uniqueItems':true}", "[" + number + "," + number + "]")).isPresent();
        });
  }

  @Test
  void an_answer_that_cannot_be_read_to_its_end_counts() throws Exception {
    for (String text :
        new String[] {
          "[".repeat(100_000) + "]".repeat(100_000),
          "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000),
          "9".repeat(1_000_000),
          "-1." + "9".repeat(1_000_000)
        }) {
      String line =
          "{\"key\":\"k\",\"response\":{\"candidates\":[{\"content\":{\"parts\":[{\"text\":"
              + MAPPER.writeValueAsString(text)
              + "}]}}]}}";
      Optional<LineProblem> problem =
          new AnswerCheck(Strictness.STRICT)
              .problemOf(
                  AnswerLine.read(line.getBytes(StandardCharsets.UTF_8)),
                  form("{'type':'string'}"));
      assertThat(problem).isEmpty();
    }
    assertThat(work.unchecked()).isEqualTo(4);
  }

  @Test
  void deep_answers_and_schemas_do_not_overflow() {
    String answer = "[".repeat(900) + "]".repeat(900);
    assertThat(misfit("{'items':{'$ref':'#'}}", answer)).isEmpty();
    assertThat(misfit("{'items':{'anyOf':[{'type':'string'},{'$ref':'#'}]}}", answer)).isEmpty();
    String deep = "{'not':".repeat(990) + "{}" + "}".repeat(990);
    assertThat(misfit(deep, "1")).isEmpty();
  }

  @Test
  void forms_that_are_kept_ready_are_few_if_they_are_large() throws Exception {
    String wide =
        IntStream.range(0, 8_000)
            .mapToObj(i -> "\"" + i + "\":{}")
            .collect(Collectors.joining(","));
    StringBuilder file = new StringBuilder();
    int[] places = new int[40];
    for (int i = 0; i < places.length; i++) {
      places[i] = file.length() + 1;
      file.append("{\"mimeType\":\"\",\"schema\":{\"minimum\":" + i + ",\"properties\":{")
          .append(wide)
          .append("}}}\n");
    }
    Path formats = Files.writeString(folder.resolve("formats"), file);
    try (AnswerForms forms = new AnswerForms(formats)) {
      AnswerForm first = forms.form(places[0]);
      assertThat(forms.form(places[0])).isSameAs(first);
      for (int place : places) {
        assertThat(forms.form(place).misfit("-1", AnswerForm.parse("-1"))).isPresent();
      }
      assertThat(forms.form(places[0])).isNotSameAs(first);
    }
  }

  /** As many demands as there are items, and each of them walks through all. */
  private static String product() {
    return "{'allOf':["
        + IntStream.range(0, 2_000)
            .mapToObj(i -> "{'not':{'contains':{'allOf':[{},{},{},{},{'minimum':1}]}}}")
            .collect(Collectors.joining(","))
        + "],'maxItems':100000}";
  }

  private static String list(int size) {
    return IntStream.range(0, size).mapToObj(i -> "0").collect(Collectors.joining(",", "[", "]"));
  }

  private AnswerForm form(String schema) {
    try {
      return AnswerForm.of(
          MAPPER.readTree("{\"mimeType\":\"\",\"jsonSchema\":" + schema.replace('\'', '"') + "}"),
          work);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<String> misfit(String schema, String answer) {
    try {
      return form(schema).misfit(answer, AnswerForm.parse(answer));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
