package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextEncodingTest {
  @ParameterizedTest
  @CsvSource({
    "windows-1255, windows-1255, 'שלום עולם, זה קובץ טקסט'",
    "windows-1255, windows-1255, 'name: שלום'",
    "windows-1251, windows-1251, 'привет, мир'",
    "ISO-8859-1, windows-1252, 'Un café très bon, s''il vous plaît'",
    "windows-1252, windows-1252, '„Grüße“ aus München'",
    "UTF-16LE, UTF-16LE, 'hello world'",
    "UTF-16BE, UTF-16BE, 'שלום עולם'",
    "UTF-16, UTF-16BE, 'with a mark'",
    "x-UTF-16LE-BOM, UTF-16LE, 'עם סימן'",
    "X-UTF-32LE-BOM, UTF-32LE, 'wide'",
    "windows-1252, windows-1252, 'I don’t know what you’re up to – really'",
    "windows-1251, windows-1251, 'Москва и Санкт-Петербург: объявление'",
    "KOI8-R, unknown, 'привет всем, это текст'",
    "windows-1253, unknown, 'Αυτό είναι ένα κείμενο στα ελληνικά'",
    "GB18030, unknown, '这是一个用中文写的文件'",
    "Shift_JIS, unknown, 'これは日本語のファイルです'"
  })
  void an_encoding_is_named_as_iconv_knows_it(String written, String named, String text) {
    assertThat(TextEncoding.guess(text.getBytes(Charset.forName(written)))).hasValue(named);
  }

  @Test
  void ascii_and_noise_are_no_text_in_another_encoding() {
    assertThat(TextEncoding.guess("plain".getBytes(Charset.forName("US-ASCII")))).isEmpty();
    for (int seed = 0; seed < 500; seed++) {
      byte[] noise = new byte[512];
      new Random(seed).nextBytes(noise);
      assertThat(TextEncoding.guess(noise)).isEmpty();
    }
  }
}
