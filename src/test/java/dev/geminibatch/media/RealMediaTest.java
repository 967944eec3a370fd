package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole files, as ffmpeg writes them where it is installed. */
@Tag("process")
class RealMediaTest {
  private static final String SOUND = "-f lavfi -i sine=d=0.2";
  private static final String PICTURES = "-f lavfi -i testsrc=d=0.2:s=176x144:r=25";

  @TempDir Path folder;

  @BeforeAll
  static void findFfmpeg() throws InterruptedException {
    boolean isThere;
    try {
      isThere = run(List.of("ffmpeg", "-version"), Path.of(".")) == 0;
    } catch (IOException e) {
      isThere = false;
    }
    assumeTrue(
        isThere, "ffmpeg is not installed; TypeDetectorTest has the beginnings of its files");
  }

  private static int run(List<String> command, Path folder)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @ParameterizedTest
  @CsvSource({
    "p, -c:v libvpx v.webm, video/webm",
    "s, -c:a libopus a.webm, audio/webm",
    "s, -c:a libopus a.ogg, audio/ogg",
    "s, -c:a libvorbis a.ogg, audio/ogg",
    "ps, -c:v libtheora -c:a libvorbis v.ogv, video/ogg",
    "s, -c:a aac a.m4a, audio/mp4",
    "s, -c:a aac -brand isom a.mp4, audio/mp4",
    "s, -c:a aac -movflags frag_keyframe+empty_moov+delay_moov a.mp4, audio/mp4",
    "ps, -c:v mpeg4 -c:a aac v.mp4, video/mp4",
    "p, -c:v mpeg4 v.mov, video/quicktime",
    "s, a.aiff, audio/aiff",
    "p, v.avi, video/avi",
    "p, v.wmv, video/wmv",
    "s, a.wav, audio/wav",
    "s, a.flac, audio/flac",
    "p, v.mpg, video/mpeg",
    "p, v.mkv, video/x-matroska",
    "s, a.wma, audio/x-ms-wma",
    "p, -frames:v 1 i.webp, image/webp",
    "p, -frames:v 1 -c:v libaom-av1 -cpu-used 8 i.avif, image/avif"
  })
  void a_real_file_goes_out_under_a_documented_type_or_is_refused_as_what_it_is(
      String inputs, String output, String type) throws Exception {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error", "-y"));
    command.addAll(inputs.contains("p") ? List.of(PICTURES.split(" ")) : List.of());
    command.addAll(inputs.contains("s") ? List.of(SOUND.split(" ")) : List.of());
    command.addAll(List.of(output.split(" ")));
    assumeTrue(run(command, folder) == 0, "this ffmpeg cannot write " + output);
    Path file = folder.resolve(command.get(command.size() - 1));
    assertThat(Files.size(file)).isPositive();

    ContentType found = Windows.type(file);

    List<String> families = List.of("image/*", "audio/*", "video/*");
    assertThat(ServiceTypes.sendable(found, families).orElse(found.name())).isEqualTo(type);
  }
}
