package dev.wherry.apiserver.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageRewriterTest {
  private static final ProxyLinks LINKS = new ProxyLinks("/p/proxy", "10.0.0.1:80", "api:6443");

  private static String rewritten(String page, int pieceBytes) {
    PageRewriter rewriter = new PageRewriter(LINKS);
    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < bytes.length; at += pieceBytes) {
      int end = Math.min(bytes.length, at + pieceBytes);
      out.writeBytes(rewriter.next(java.util.Arrays.copyOfRange(bytes, at, end)));
    }
    out.writeBytes(rewriter.last());
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void page_inPieces_getsItsLinksRewritten(int pieceBytes) {
    assertEquals(
        "<p>한글 $1 < 3</p><a class=\"x\" href=\"/p/proxy/a?b=1\">t</a><IMG SRC='/p/proxy/i.png'/>"
            + "<a href=rel>r</a><a href=/p/proxy/bare>b</a><a title=\"/no\">n</a><open",
        rewritten(
            "<p>한글 $1 < 3</p><a class=\"x\" href=\"/a?b=1\">t</a><IMG SRC='/i.png'/>"
                + "<a href=rel>r</a><a href=/bare>b</a><a title=\"/no\">n</a><open",
            pieceBytes));
  }

  @ParameterizedTest
  @CsvSource({
    "/a, /p/proxy/a",
    "a/b, a/b",
    "#x, #x",
    "/p/proxy/a, /p/proxy/a",
    "/p/proxyx, /p/proxy/p/proxyx",
    "http://10.0.0.1:80/a, /p/proxy/a",
    "http://other/a, http://other/a",
    "//other/a, //other/a",
    "https://api:6443/a, https://api:6443/p/proxy/a",
    "mailto:x@y, mailto:x@y"
  })
  void link_isRewrittenWhenItLeadsToTheServerBehind(String link, String expected) {
    assertEquals(expected, LINKS.rewrite(link));
  }

  @Test
  void target_keepsWhatTheClientEscaped() {
    ProxyPath path = ProxyPath.of("/api/v1/namespaces/n/pods/p%3A8/proxy/a%2Fb/?x=%20", 7);
    assertEquals("/api/v1/namespaces/n/pods/p%3A8/proxy", path.prefix());
    assertEquals("/a%2Fb/?x=%20", path.target());
  }
}
