package dev.geminibatch.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.io.Visible;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.TemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * Makes pages of templates, which are compiled with the rest of the program. What a template puts
 * in stays text, whatever it holds: it is escaped as its place in the page needs it, and what
 * cannot be seen is made visible.
 */
public final class Pages {
  private final TemplateEngine engine;

  private Pages(TemplateEngine engine) {
    this.engine = engine;
  }

  /** The templates of the package that a class is in, from the folder of that name. */
  public static Pages of(Class<?> neighbour) {
    return new Pages(
        TemplateEngine.createPrecompiled(
            null, ContentType.Html, neighbour.getClassLoader(), neighbour.getPackageName()));
  }

  /**
   * Writes a page, or a piece of one.
   *
   * @param template its name, without the ending
   * @param view what the template shows
   */
  public void write(String template, Object view, OutputStream to) throws IOException {
    try {
      engine.render(template + ".jte", view, new Shown(to));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static final class Shown extends OwaspHtmlTemplateOutput {
    Shown(OutputStream to) {
      super(new Stream(to));
    }

    @Override
    public void writeUserContent(String text) {
      super.writeUserContent(text == null ? null : Visible.page(text));
    }
  }

  private static final class Stream implements TemplateOutput {
    private final OutputStream to;

    Stream(OutputStream to) {
      this.to = to;
    }

    @Override
    public void writeContent(String text) {
      writeBinaryContent(text.getBytes(UTF_8));
    }

    @Override
    public void writeContent(String text, int from, int end) {
      writeContent(text.substring(from, end));
    }

    @Override
    public void writeBinaryContent(byte[] bytes) {
      try {
        to.write(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
