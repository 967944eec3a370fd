package dev.geminibatch.answer;

import static dev.geminibatch.testkit.Samples.answer;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.job.JobBody;
import dev.geminibatch.job.PackIndex;
import dev.geminibatch.job.PackWriter;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.service.Content;
import dev.geminibatch.testkit.ScratchFolder;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What a pack makes of jobs, and of the answers to it, is what each job alone would have got. */
class PackPropertiesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static ScratchFolder folder;
  private static StageFixture fixture;
  private static int packs;

  @BeforeContainer
  static void open() throws IOException {
    folder = new ScratchFolder();
    fixture = StageFixture.open(folder.path());
  }

  @AfterContainer
  static void close() throws IOException {
    fixture.close();
    folder.close();
  }

  /** Lines in every form, with few keys, so that they meet. */
  @Provide
  Arbitrary<List<List<String>>> inputs() {
    Arbitrary<String> key =
        Arbitraries.of(
            "\"a\"", "\"b\"", "\"a~1\"", "\"a~2\"", "\"\\u0061\"", "\"מפתח\"", "7", "-1.50");
    Arbitrary<String> request =
        Arbitraries.of("x", "\\\"key\\\": \\\"a\\\"", "日本")
            .map(text -> "{\"contents\":[{\"parts\":[{\"text\":\"" + text + "\"}]}]}");
    Arbitrary<String> line =
        Arbitraries.oneOf(
            key.flatMap(k -> request.map(r -> "{\"key\":" + k + ",\"request\":" + r + "}")),
            key.flatMap(
                k -> request.map(r -> " { \"request\" : " + r + ", \"key\" : " + k + " } ")),
            request.map(r -> "{\"request\":" + r + "}"),
            key.flatMap(
                k ->
                    request.map(
                        r ->
                            "{\"custom_id\":"
                                + k
                                + ",\"method\":\"POST\",\"url\":\"/v1beta/models/gemini-x:generateContent\",\"body\":"
                                + r
                                + "}")));
    return line.list().ofMinSize(1).ofMaxSize(6).list().ofMinSize(1).ofMaxSize(7);
  }

  @Property(tries = 20)
  void each_job_sends_and_gets_what_it_would_have_alone(
      @ForAll("inputs") List<List<String>> inputs, @ForAll Random random) throws IOException {
    List<Job> jobs = new ArrayList<>();
    for (List<String> lines : inputs) {
      String run = fixture.assembled("x" + packs++ + ".jsonl", lines.toArray(String[]::new));
      jobs.addAll(fixture.jobs().of(run));
    }
    PackFolder pack = fixture.context().state().pack("p" + packs++);
    pack.create();
    try (PackWriter writer = new PackWriter(pack)) {
      for (Job job : jobs) {
        writer.add(writer.read(job, fixture.folderOf(job.runId())));
      }
      writer.finish();
    }
    List<JsonNode> sent = nodes(Files.readString(pack.body()));

    Set<String> keys = new HashSet<>();
    sent.forEach(line -> assertThat(keys.add(line.get("key").textValue())).isTrue());
    List<JsonNode> alone = new ArrayList<>();
    for (Job job : jobs) {
      alone.addAll(nodes(body(job)));
    }
    assertThat(sent.stream().map(PackPropertiesTest::withoutKey).toList())
        .isEqualTo(alone.stream().map(PackPropertiesTest::withoutKey).toList());

    List<String> answers = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      if (random.nextInt(4) > 0) {
        answers.add(answerTo(sent.get(i), i));
      }
    }
    answers.add(answer("nobody", "x"));
    answers.add("{not json");
    Collections.shuffle(answers, random);
    Files.writeString(pack.answers(), String.join("\n", answers) + "\n");
    PackIndex index = PackIndex.read(pack.index());
    long found = PackedAnswers.divide(index, pack.answers(), this::target);

    assertThat(found).isEqualTo(answers.size() - 2);
    assertThat(index.bytes()).isEqualTo(Files.size(pack.body()));
    int line = 0;
    for (Job job : jobs) {
      Map<String, String> expected = new HashMap<>();
      for (JsonNode own : nodes(body(job))) {
        if (answers.contains(answerTo(sent.get(line), line))) {
          expected.put(own.get("key").textValue(), "answer " + line);
        }
        line++;
      }
      assertThat(texts(fixture.folderOf(job.runId()).answers(job.number()))).isEqualTo(expected);
    }
  }

  private Optional<Path> target(PackIndex.Member member) {
    return Optional.of(fixture.folderOf(member.runId()).answers(member.number()));
  }

  private static String answerTo(JsonNode sent, int line) {
    String key = sent.get("key").toString();
    return answer("KEY", "answer " + line).replace("\"KEY\"", key);
  }

  private static Map<String, String> texts(Path answers) throws IOException {
    Map<String, String> texts = new HashMap<>();
    for (JsonNode answer : nodes(Files.readString(answers))) {
      String text = answer.at("/response/candidates/0/content/parts/0/text").textValue();
      assertThat(texts.put(answer.get("key").textValue(), text)).isNull();
    }
    return texts;
  }

  private static String body(Job job) throws IOException {
    JobBody content = JobBody.of(fixture.folderOf(job.runId()), job.number());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Content.Reading reading = content.open()) {
      reading.write(0, content.size(), out);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static List<JsonNode> nodes(String lines) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      nodes.add(MAPPER.readTree(line));
    }
    return nodes;
  }

  private static JsonNode withoutKey(JsonNode line) {
    ObjectNode copy = line.deepCopy();
    copy.remove("key");
    return copy;
  }
}
