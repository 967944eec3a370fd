package dev.geminibatch.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.line.LineProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as an answer. */
class AnswerCheckTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** In the service's dialect: capitals, nullable, numbers as strings, an order for the fields. */
  private static final String SCHEMA =
      """
      {"mimeType":"application/json","schema":{"type":"ARRAY","minItems":"1","items":{"type":"OBJECT",
      "propertyOrdering":["root","count"],"required":["root"],"properties":{
      "root":{"type":"STRING","nullable":true,"description":"x"},
      "count":{"type":"INTEGER","format":"int32","minimum":0},
      "kind":{"type":"STRING","enum":["noun","verb"],"nullable":true},
      "ref":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]}}}}}""";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"root\":\"a\"}] | fits",
        "[{\"root\":null,\"count\":3,\"kind\":\"noun\",\"ref\":1.5}] | fits",
        "[{\"root\":\"a\",\"kind\":null,\"more\":true}] | fits",
        "[{\"root\":\"a\",\"count\":1.5}] | answer-schema",
        "[{\"root\":\"a\",\"count\":-1}] | answer-schema",
        "[{\"root\":\"a\",\"kind\":\"adverb\"}] | answer-schema",
        "[{\"root\":\"a\",\"ref\":true}] | answer-schema",
        "[{\"count\":1}] | answer-schema",
        "[] | answer-schema",
        "{\"root\":\"a\"} | answer-schema",
        "[{\"root\":\"a\"}] and so on | answer-not-json",
        "[{\"root\":\"a\" | answer-not-json",
        "Here it is: [] | answer-not-json",
      })
  void an_answer_must_fit_the_schema_of_its_request(String text, String outcome)
      throws IOException {
    assertThat(code(Strictness.STRICT, answer(text, "STOP"), SCHEMA)).isEqualTo(outcome);
  }

  @Test
  void a_misfit_is_told_with_its_place() throws IOException {
    Optional<LineProblem> problem =
        problem(Strictness.STRICT, answer("[{\"root\":5}]", "STOP"), SCHEMA);

    assertThat(problem.orElseThrow().message()).contains("/0/root");
    assertThat(problem.orElseThrow().retryable()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, fits, fits, fits, false",
    "MAX_TOKENS, cut-off, fits, fits, true",
    "SAFETY, stopped, stopped, fits, false",
    "RECITATION, stopped, stopped, fits, true",
    "SOMETHING_NEW, stopped, stopped, fits, true",
  })
  void an_answer_must_have_been_finished(
      String reason, String strict, String lenient, String off, boolean retryable)
      throws IOException {
    String answer = answer("some text", reason);

    assertThat(code(Strictness.STRICT, answer, null)).isEqualTo(strict);
    assertThat(code(Strictness.LENIENT, answer, null)).isEqualTo(lenient);
    assertThat(code(Strictness.OFF, answer, null)).isEqualTo(off);
    problem(Strictness.STRICT, answer, null)
        .ifPresent(problem -> assertThat(problem.retryable()).isEqualTo(retryable));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}} | blocked | false",
        "{} | no-candidate | true",
        "{\"candidates\":[]} | no-candidate | true",
        "{\"candidates\":[{\"finishReason\":\"STOP\"}]} | empty | true",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" \"}]}}]} | empty | true",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":true}]}}]} | empty | true",
      })
  void a_response_without_an_answer_is_none_unless_that_is_wanted(
      String response, String code, boolean retryable) throws IOException {
    String line = "{\"key\":\"k\",\"response\":" + response + "}";

    LineProblem problem = problem(Strictness.LENIENT, line, null).orElseThrow();
    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.retryable()).isEqualTo(retryable);
    assertThat(code(Strictness.OFF, line, null)).isEqualTo("fits");
  }

  @Test
  void a_call_of_a_function_is_an_answer_without_text() throws IOException {
    String line =
        "{\"key\":\"k\",\"response\":{\"candidates\":[{\"content\":{\"parts\":["
            + "{\"functionCall\":{\"name\":\"f\",\"args\":{}}}]},\"finishReason\":\"STOP\"}]}}";

    assertThat(code(Strictness.STRICT, line, SCHEMA)).isEqualTo("fits");
  }

  @Test
  void thoughts_are_no_part_of_the_json() throws IOException {
    String line =
        "{\"key\":\"k\",\"response\":{\"candidates\":[{\"content\":{\"parts\":["
            + "{\"text\":\"let me think\",\"thought\":true},{\"text\":\"[{\\\"root\\\":\"},"
            + "{\"text\":\"\\\"a\\\"}]\"}]},\"finishReason\":\"STOP\"}]}}";

    assertThat(code(Strictness.STRICT, line, SCHEMA)).isEqualTo("fits");
  }

  @Test
  void a_bare_word_must_be_one_of_the_list() throws IOException {
    String form =
        "{\"mimeType\":\"text/x.enum\",\"schema\":{\"type\":\"STRING\",\"enum\":[\"yes\",\"no\"]}}";

    assertThat(code(Strictness.STRICT, answer("yes\n", "STOP"), form)).isEqualTo("fits");
    assertThat(code(Strictness.STRICT, answer("maybe", "STOP"), form)).isEqualTo("answer-schema");
  }

  @Test
  void a_schema_that_makes_no_sense_or_leads_elsewhere_judges_nobody() throws IOException {
    String broken = "{\"mimeType\":\"\",\"jsonSchema\":{\"type\":17,\"pattern\":\"(\"}}";
    String remote = "{\"mimeType\":\"\",\"jsonSchema\":{\"$ref\":\"http://127.0.0.1:1/schema\"}}";

    assertThat(code(Strictness.STRICT, answer("[1]", "STOP"), broken)).isEqualTo("fits");
    assertThat(code(Strictness.STRICT, answer("[1]", "STOP"), remote)).isEqualTo("fits");
  }

  @Test
  void a_schema_that_refers_to_itself_without_end_judges_nobody() throws IOException {
    String defs = "{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}";
    String form =
        "{\"mimeType\":\"\",\"jsonSchema\":{\"$ref\":\"#/$defs/a\",\"$defs\":" + defs + "}}";

    assertThat(code(Strictness.STRICT, answer("[1]", "STOP"), form)).isEqualTo("fits");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // An enum has strings, whatever the type.
        "{'type':'INTEGER','enum':['30','60']} | 60 | \"60\" | 45",
        "{'type':'NUMBER','enum':['0.5','1']} | 0.5 | \"1\" | 0.6",
        "{'enum':['30','60'],'type':'integer'} | 60.0 | 30 | \"45\"",
        "{'type':'BOOLEAN','enum':['true']} | true | \"true\" | false",
        "{'type':'STRING','enum':['a',null]} | \"a\" | null | \"b\"",
        "{'type':'INTEGER','enum':['1'],'nullable':true} | null | 1 | 2",
        "{'type':'STRING','enum':[1,2]} | \"1\" | 2 | \"3\"",
        "{'type':'ARRAY','enum':['a'],'items':{'type':'STRING'}} | [\"a\"] | [] | [1]",
        "{'type':'STRING','format':'enum','enum':['a']} | \"a\" | \"a\" | 1",
        // Numbers may be strings of digits.
        "{'type':'ARRAY','minItems':'3'} | [1,2,3] | [1,2,3,4] | [1,2]",
        "{'type':'ARRAY','max_items':'1'} | [] | [1] | [1,2]",
        "{'type':'STRING','maxLength':'2','minLength':'1'} | \"ab\" | \"a\" | \"abc\"",
        "{'type':'NUMBER','minimum':'0.5','maximum':' 2 '} | 0.5 | 2 | 3",
        "{'type':'OBJECT','minProperties':'1'} | {\"a\":1} | {\"b\":1} | {}",
        "{'type':'INTEGER','minimum':'many','maximum':'5'} | -3 | 5 | 6",
        // What only describes a value, and what is unknown, demands nothing.
        "{'type':'STRING','format':'date-time','title':'t','example':7,'default':8} | \"x\" | \"\" | 7",
        "{'type':'INTEGER','format':'int64'} | 1.0 | 1e3 | 1.5",
        "{'type':'OBJECT','propertyOrdering':['a'],'nullable':false} | {} | {\"b\":1} | null",
        "{'type':'string','x-mine':{'type':'number'},'multipleOf':'x'} | \"x\" | \"y\" | 1",
        "{'type':'Array','items':{'type':'Number'}} | [1] | [] | [\"1\"]",
        "{'type':['STRING','NULL']} | \"x\" | null | 1",
        // Alternatives and references.
        "{'any_of':[{'type':'STRING'},{'type':'NUMBER'}],'nullable':true} | 1 | null | []",
        "{'oneOf':[{'type':'NUMBER'},{'type':'INTEGER'}]} | 1 | 1.5 | \"1\"",
        "{'ref':'#/defs/a','defs':{'a':{'type':'STRING'}}} | \"x\" | \"y\" | 1",
        "{'$ref':'#/$defs/a','nullable':true,'$defs':{'a':{'type':'STRING'}}} | \"x\" | null | 1",
        "{'type':'OBJECT','properties':{'max_items':{'type':'STRING'}}} | {\"max_items\":\"x\"} | {} | {\"max_items\":1}",
        // Patterns are the service's, RE2; what is none there is not checked.
        "{'type':'STRING','pattern':'^[[:alpha:]]+$'} | \"bcd\" | \"b\" | \"1\"",
        "{'type':'STRING','pattern':'^(?P<year>[0-9]+)$'} | \"1999\" | \"1\" | \"x\"",
        "{'type':'STRING','pattern':'^(?=a)b$'} | \"a\" | \"b\" | 1",
        "{'type':'STRING','pattern':'(a)\\\\1'} | \"a\" | \"b\" | 1",
        "{'type':'STRING','pattern':'a++'} | \"a\" | \"b\" | 1",
        "{'type':'OBJECT','patternProperties':{'(?=a)a':{}},'additionalProperties':false} | {\"a\":1} | {} | 1",
        // Fields by pattern, and those that are left.
        "{'patternProperties':{'^n':{'type':'number'}},'additionalProperties':{'type':'string'}} | {\"n1\":1} | {\"x\":\"y\"} | {\"n1\":\"y\"}",
        "{'properties':{'a':{}},'additionalProperties':false} | {\"a\":1} | {} | {\"b\":1}",
        "{'propertyNames':{'maxLength':2}} | {\"ab\":1} | [] | {\"abc\":1}",
        "{'type':'ARRAY','prefixItems':[{'type':'STRING'}],'items':{'type':'NUMBER'}} | [\"a\",1] | [] | [\"a\",\"b\"]",
        "{'if':{'type':'string'},'then':{'minLength':2},'else':{'minimum':2}} | \"ab\" | 2 | 1",
        "{'not':{'type':'string'}} | 1 | [] | \"a\"",
        "{'contains':{'type':'string'}} | [1,\"a\"] | {} | [1]",
        "{'uniqueItems':true} | [1,2,\"1\"] | [{\"a\":1},{\"a\":2}] | [{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}]",
        "{'exclusiveMinimum':1,'exclusiveMaximum':'3'} | 2 | 1.5 | 3",
        "{'$ref':'#/properties/a%20b~1c','properties':{'a b/c':{'type':'object'}}} | {} | {\"a b/c\":{}} | 1",
        "{'type':'STRING','pattern':'^[0-9]+$'} | \"1999\" | \"1\" | \"x\"",
      })
  void a_schema_means_what_the_service_means_by_it(
      String schema, String one, String another, String misfit) throws IOException {
    for (String dialect : new String[] {"schema", "jsonSchema"}) {
      String form =
          "{\"mimeType\":\"application/json\",\""
              + dialect
              + "\":"
              + schema.replace('\'', '"')
              + "}";
      assertThat(code(Strictness.STRICT, answer(one, "STOP"), form)).as(dialect).isEqualTo("fits");
      assertThat(code(Strictness.STRICT, answer(another, "STOP"), form)).isEqualTo("fits");
      assertThat(code(Strictness.STRICT, answer(misfit, "STOP"), form)).isEqualTo("answer-schema");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"code\":5}', NOT_FOUND",
    "'{\"status\":\"NOT_FOUND\"}', NOT_FOUND",
    "'{\"code\":400,\"status\":\"x\"}', INVALID_ARGUMENT",
    "'{\"message\":\"m\"}', UNKNOWN",
    "'\"m\"', UNKNOWN"
  })
  void an_error_is_known_by_its_number_or_by_its_name(String error, String code)
      throws IOException {
    assertThat(code(Strictness.OFF, "{\"key\":\"k\",\"error\":" + error + "}", null))
        .isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'finishReason':'MAX_TOKENS',TEXT cut}, {'finishReason':'STOP',TEXT whole} | whole",
        "{'finishReason':'SAFETY'}, {'finishReason':'STOP',TEXT whole} | whole",
        "{'finishReason':'STOP'}, {TEXT whole} | whole",
        "{'finishReason':'STOP',TEXT one}, {'finishReason':'STOP',TEXT two} | one",
        "{'finishReason':'STOP',TEXT one}, {'finishReason':'SAFETY'} | one",
        "null, {'finishReason':'STOP',TEXT whole}, {'finishReason':'MAX_TOKENS'} | whole",
        "{'finishReason':'SAFETY'}, {'finishReason':'RECITATION'} | stopped",
        "{'finishReason':'SAFETY'}, {'finishReason':'MAX_TOKENS',TEXT cut} | cut-off",
      })
  void of_several_candidates_the_first_complete_one_counts(String candidates, String outcome)
      throws IOException {
    String line =
        "{'key':'k','response':{'candidates':["
            + candidates.replaceAll("TEXT (\\w+)", "'content':{'parts':[{'text':'$1'}]}")
            + "]}}";
    AnswerLine read = AnswerLine.read(line.replace('\'', '"').getBytes(StandardCharsets.UTF_8));

    String code =
        new AnswerCheck(Strictness.STRICT)
            .problemOf(read, AnswerForm.ANY)
            .map(LineProblem::code)
            .orElse(read.candidate().orElseThrow().text());
    assertThat(code).isEqualTo(outcome);
  }

  private static String code(Strictness strictness, String line, String form) throws IOException {
    return problem(strictness, line, form).map(LineProblem::code).orElse("fits");
  }

  private static Optional<LineProblem> problem(Strictness strictness, String line, String form)
      throws IOException {
    return new AnswerCheck(strictness)
        .problemOf(
            AnswerLine.read(line.getBytes(StandardCharsets.UTF_8)),
            form == null ? AnswerForm.ANY : AnswerForm.of(MAPPER.readTree(form)));
  }

  private static String answer(String text, String finishReason) throws IOException {
    return "{\"key\":\"k\",\"response\":{\"candidates\":[{\"content\":{\"parts\":[{\"text\":"
        + MAPPER.writeValueAsString(text)
        + "}]},\"finishReason\":\""
        + finishReason
        + "\"}]}}";
  }
}
