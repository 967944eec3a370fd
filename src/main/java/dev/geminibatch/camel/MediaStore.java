package dev.geminibatch.camel;

import dev.geminibatch.media.RemoteMedia;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.apache.hc.core5.http.io.EofSensorInputStream;

/** Stores the body of a download. What is given up is aborted instead of being read to its end. */
final class MediaStore {
  private final RemoteMedia media;

  MediaStore(RemoteMedia media) {
    this.media = media;
  }

  Path store(InputStream body) throws IOException {
    try {
      return media.store(body);
    } catch (IOException e) {
      if (body instanceof EofSensorInputStream stream) {
        stream.abort();
      }
      throw e;
    }
  }
}
