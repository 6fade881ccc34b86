package dev.wherry.kubelet.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineLogsTest {
  @TempDir Path home;
  private MachineLogs logs;

  @BeforeEach
  void write() throws IOException {
    Path folder = Files.createDirectories(home.resolve("log/pods"));
    Files.writeString(folder.getParent().resolve("kern<1>.log"), "a\nb\n");
    Files.writeString(folder.resolve("0.log"), "from a pod\n");
    Files.writeString(home.resolve("secret"), "key");
    Files.createSymbolicLink(folder.getParent().resolve("out"), home.resolve("secret"));
    Files.createSymbolicLink(folder.getParent().resolve("in"), Path.of("pods/0.log"));
    logs = new MachineLogs(folder.getParent());
  }

  private String read(String... path) throws HttpFailure, IOException {
    EmbeddedChannel channel = new EmbeddedChannel();
    logs.copy(List.of(path), new ResponseStream(channel, "text/plain"));
    StringBuilder text = new StringBuilder();
    for (Object part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      if (part instanceof HttpResponse head) {
        text.append(head.headers().get("Content-Type")).append('\n');
      }
      if (part instanceof HttpContent content) {
        text.append(content.content().toString(StandardCharsets.UTF_8));
        content.release();
      }
    }
    return text.toString();
  }

  @Test
  void folder_isAPageOfLinks() throws Exception {
    assertEquals(
        """
        text/html; charset=utf-8
        <!doctype html>
        <pre>
        <a href="in">in</a>
        <a href="kern%3C1%3E.log">kern&lt;1>.log</a>
        <a href="out">out</a>
        <a href="pods/">pods/</a>
        </pre>
        """,
        read());
  }

  @Test
  void file_isItsText_andLinksWithinAreFollowed() throws Exception {
    assertEquals("text/plain\na\nb\n", read("kern<1>.log"));
    assertEquals("text/plain\nfrom a pod\n", read("pods", "0.log"));
    assertEquals("text/plain\nfrom a pod\n", read("in"));
  }

  @Test
  void whatLiesOutside_isNotThere() {
    assertEquals(404, assertThrows(HttpFailure.class, () -> read("out")).code());
    assertEquals(404, assertThrows(HttpFailure.class, () -> read("..", "secret")).code());
    assertEquals(404, assertThrows(HttpFailure.class, () -> read("missing")).code());
    assertEquals(404, assertThrows(HttpFailure.class, () -> read("kern<1>.log", "x")).code());
  }
}
