package dev.wherry.cli.client.print;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TabWriterTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void flush_cells_alignedPerColumn() {
    TabWriter table = TabWriter.ofTables(out);
    table.line("NAME\tAGE");
    table.line("한글\t1s");
    table.line("x\t2d");
    table.flush();

    assertEquals("NAME   AGE\n한글     1s\nx      2d\n", printed());
  }

  @Test
  void flush_lineWithoutTheColumn_endsItsBlock() {
    TabWriter page = TabWriter.ofDescriptions(out);
    page.line("long name:\tx");
    page.line("title");
    page.line("a:\ty");
    page.flush();

    assertEquals("long name:  x\ntitle\na:  y\n", printed());
  }

  @Test
  void flush_again_columnsDoNotShrink() {
    TabWriter table = TabWriter.ofTables(out);
    table.line("a-long-name\t1");
    table.flush();
    table.line("b\t2");
    table.flush();

    assertEquals("a-long-name   1\nb             2\n", printed());
  }

  @Test
  void pretty_asGo_sortsAndEscapes() {
    assertEquals(
        "{\n    \"a\": [],\n    \"b\": \"\\u003cx\\u003e \\u0026 한\"\n}",
        GoJson.pretty(Json.parse("{\"b\":\"<x> & 한\",\"a\":[]}")));
  }
}
