package dev.geminibatch.camel;

import dev.geminibatch.media.RemoteMedia;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/** Downloads by the route {@code fetch}. */
final class HttpDownload implements RemoteMedia.Download {
  private final ProducerTemplate template;

  HttpDownload(ProducerTemplate template) {
    this.template = template;
  }

  @Override
  public RemoteMedia.Answer get(URI address) throws IOException {
    Exchange answer =
        template.request(
            "direct:fetch",
            exchange -> exchange.getMessage().setHeader(Exchange.HTTP_URI, address.toString()));
    if (answer.getException() != null) {
      throw new IOException(innermost(answer.getException()).getMessage(), answer.getException());
    }
    return new RemoteMedia.Answer(
        answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class),
        Optional.ofNullable(answer.getMessage().getHeader("Location", String.class)),
        Optional.ofNullable(answer.getProperty("stored", Path.class)));
  }

  private static Throwable innermost(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
