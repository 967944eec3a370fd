package dev.geminibatch.stage.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What routes of users bring. */
class InputsTest {
  private static final String NAME = "inbox/more/x.jsonl";

  @TempDir Path folder;
  private StageFixture fixture;
  private Inputs inputs;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    inputs = inputs();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private Inputs inputs() {
    IncomingFiles files =
        new IncomingFiles(fixture.context(), fixture.receiver(), fixture.busy()::end);
    return new Inputs(files, fixture.ledger().queries());
  }

  private void take(String once, Object content) throws IOException {
    inputs.take(Profiles.DEFAULT, NAME, once, content);
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  private List<Run> runs() {
    return fixture.ledger().queries().recent(10);
  }

  /** Does something when the content has been read. */
  private static InputStream then(InputStream content, IoAction action) {
    return new SequenceInputStream(
        content,
        new FilterInputStream(InputStream.nullInputStream()) {
          @Override
          public int read(byte[] bytes, int from, int length) throws IOException {
            action.run();
            return -1;
          }

          @Override
          public int read() throws IOException {
            action.run();
            return -1;
          }
        });
  }

  private interface IoAction {
    void run() throws IOException;
  }

  /** An object as Google's client has it. */
  public static final class RemoteObject {
    public ReadableByteChannel reader(String... options) {
      return Channels.newChannel(stream("{}" + options.length));
    }
  }

  @Test
  void what_comes_again_is_one_run() throws IOException {
    take("version 1", stream("{}"));
    take("version 1", stream("{}"));
    assertThat(runs()).extracting(Run::name).containsExactly("x.jsonl");

    take("version 2", stream("{}"));
    assertThat(runs()).hasSize(2).allMatch(run -> run.state() == RunState.RECEIVED);
  }

  @Test
  void what_two_read_at_once_is_one_run() throws IOException {
    Inputs other = inputs();

    take(
        "version 1",
        then(stream("{}"), () -> other.take(Profiles.DEFAULT, NAME, "version 1", stream("{}"))));

    assertThat(runs()).hasSize(1);
  }

  @Test
  void what_another_process_has_begun_to_take_may_not_be_deleted_yet() throws IOException {
    Run begun =
        fixture
            .receiver()
            .newRun(
                id -> new RunInput("x.jsonl", fixture.folders().state(), true, 0, 0),
                fixture.context().settings(),
                "x",
                false,
                false,
                Optional.empty());
    fixture.ledger().runs().add(begun, Inputs.key(Profiles.DEFAULT, NAME, "version 1"));

    assertThatThrownBy(() -> take("version 1", stream("{}"))).isInstanceOf(IOException.class);

    fixture.receiver().recover(); // that process had been killed
    take("version 1", stream("{}"));
    assertThat(runs()).singleElement().extracting(Run::state).isEqualTo(RunState.RECEIVED);
  }

  @Test
  void what_breaks_off_is_no_run() throws IOException {
    InputStream broken =
        then(
            stream("{}"),
            () -> {
              throw new IOException("reset");
            });

    assertThatThrownBy(() -> take("version 1", broken)).hasMessage("reset");

    take("version 1", stream("{}"));
    assertThat(runs()).hasSize(1);
  }

  @Test
  void what_is_no_input_is_refused_with_the_reason() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> inputs.take(Profiles.DEFAULT, "inbox/x.txt", "1", stream("{}")))
        .withMessageContaining("must end with .jsonl");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> take("1", stream("")))
        .withMessageContaining("is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> inputs.take("nobody", NAME, "1", stream("{}")))
        .withMessageContaining("no inbox of a profile");
    assertThat(runs()).isEmpty();
  }

  @Test
  void an_object_of_google_storage_is_read_through_its_reader() throws IOException {
    take("version 1", new RemoteObject());
    assertThat(runs()).singleElement().extracting(run -> run.input().size()).isEqualTo(3L);
  }
}
