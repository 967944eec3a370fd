package dev.geminibatch.camel;

import dev.geminibatch.window.Upload;
import dev.geminibatch.window.WebAnswer;
import dev.geminibatch.window.WebRequest;
import dev.geminibatch.window.Window;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.multipart.Attribute;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.FileUpload;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.MemoryFileUpload;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The body of a request that brings a file: the file itself, or a form one of whose parts is the
 * file. What comes in is handed on piece by piece; only the fields before the file are kept. It is
 * for one thread at a time.
 */
final class FileBody {
  private static final int MOST_FIELDS = 20;

  /** What was read of a form is let go of after so many bytes. */
  private static final int KEPT_BYTES = 256 << 10;

  private static final String BROKEN =
      "The form is broken, or its connection was; send one file, and the other fields before it.";

  private final Window window;
  private final WebRequest head;
  private HttpPostMultipartRequestDecoder form;
  private Upload upload;
  private boolean isWhole;

  FileBody(Window window, WebRequest head) {
    this.window = window;
    this.head = head;
  }

  /** Begins; what it is answered with if nothing of it is to be read. */
  Optional<WebAnswer> begin() {
    if (!head.isMultipart()) {
      upload = window.begin(head, "");
      return upload.answer();
    }
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
    request.headers().set(HttpHeaderNames.CONTENT_TYPE, head.headers().get("content-type"));
    try {
      form = new HttpPostMultipartRequestDecoder(new Parts(), request, StandardCharsets.UTF_8);
      form.setDiscardThreshold(KEPT_BYTES);
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(window.refused(head, BROKEN));
    }
  }

  /** The next piece; what it is answered with once that is clear. */
  Optional<WebAnswer> write(ByteBuf piece) {
    if (form == null) {
      upload.write(piece.nioBuffer());
    } else {
      try {
        form.offer(new DefaultHttpContent(piece));
      } catch (RuntimeException e) {
        return Optional.of(broken());
      }
    }
    return upload == null ? Optional.empty() : upload.answer();
  }

  /** That was all of it. */
  WebAnswer end() {
    if (form != null) {
      try {
        form.offer(LastHttpContent.EMPTY_LAST_CONTENT);
      } catch (RuntimeException e) {
        return broken();
      }
      if (!isWhole) {
        return broken();
      }
    }
    return upload.end();
  }

  /** No more will come. */
  void abort(String why) {
    if (upload != null) {
      upload.abort(why);
    }
  }

  /** Lets go of what was kept of a form. */
  void close() {
    if (form != null) {
      form.destroy();
      form = null;
    }
  }

  private WebAnswer broken() {
    if (upload == null) {
      return window.refused(head, BROKEN);
    }
    upload.abort(BROKEN);
    return upload.answer().orElseThrow();
  }

  /** The parts of a form as they come. */
  private final class Parts extends DefaultHttpDataFactory {
    private final List<Attribute> fields = new ArrayList<>();

    Parts() {
      super(false); // nothing is written to a disk but the file, and that by others
      setMaxLimit(WindowServer.MOST_BODY_BYTES);
    }

    @Override
    public Attribute createAttribute(HttpRequest request, String name) {
      return kept(super.createAttribute(request, name));
    }

    @Override
    public Attribute createAttribute(HttpRequest request, String name, long size) {
      return kept(super.createAttribute(request, name, size));
    }

    private Attribute kept(Attribute field) {
      if (fields.size() == MOST_FIELDS) {
        throw new IllegalStateException("too many fields");
      }
      if (upload == null) {
        fields.add(field);
      }
      return field;
    }

    @Override
    public FileUpload createFileUpload(
        HttpRequest request,
        String name,
        String fileName,
        String type,
        String encoding,
        Charset charset,
        long size) {
      if (upload != null) {
        throw new IllegalStateException("more than one file");
      }
      upload = window.begin(head.withForm(values()), fileName);
      return new Part(name, fileName, type, encoding, charset, size);
    }

    private Map<String, String> values() {
      Map<String, String> values = new HashMap<>();
      for (Attribute field : fields) {
        try {
          values.putIfAbsent(field.getName(), field.getString(StandardCharsets.UTF_8));
        } catch (IOException e) {
          throw new IllegalStateException(e); // it is in memory
        }
      }
      return values;
    }
  }

  /** The file among them. */
  private final class Part extends MemoryFileUpload {
    Part(String name, String fileName, String type, String encoding, Charset charset, long size) {
      super(name, fileName, type, encoding, charset, size);
    }

    @Override
    public void addContent(ByteBuf piece, boolean isLast) throws IOException {
      try {
        upload.write(piece.nioBuffer());
      } finally {
        piece.release();
      }
      if (isLast) {
        isWhole = true;
        setContent(Unpooled.EMPTY_BUFFER);
        setCompleted();
      }
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
