package dev.wherry.network.ingress.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {
  /** Upstream's table of examples for path types (Ingress documentation). */
  @ParameterizedTest
  @CsvSource({
    "Prefix, /, /anything, true",
    "Exact, /foo, /foo, true",
    "Exact, /foo, /bar, false",
    "Exact, /foo, /foo/, false",
    "Exact, /foo/, /foo, false",
    "Prefix, /foo, /foo, true",
    "Prefix, /foo, /foo/, true",
    "Prefix, /foo/, /foo, true",
    "Prefix, /foo/, /foo/, true",
    "Prefix, /aaa/bb, /aaa/bbb, false",
    "Prefix, /aaa/bbb, /aaa/bbb, true",
    "Prefix, /aaa/bbb/, /aaa/bbb, true",
    "Prefix, /aaa/bbb, /aaa/bbb/, true",
    "Prefix, /aaa/bbb, /aaa/bbb/ccc, true",
    "Prefix, /aaa/bbb, /aaa/bbbxyz, false",
    "Prefix, /foo, /FOO, false",
  })
  void path_byType_matchesAsDocumented(String type, String path, String asked, boolean matches) {
    PathMatch match = type.equals("Exact") ? new PathMatch.Exact(path) : PathMatch.prefix(path);

    assertEquals(matches, match.matches(asked));
  }

  @ParameterizedTest
  @CsvSource({
    "*.foo.com, bar.foo.com, true, true",
    "*.foo.com, baz.bar.foo.com, false, true",
    "*.foo.com, foo.com, false, false",
    "foo.bar.com, foo.bar.com, true, true",
    "'', any.host, true, true",
  })
  void host_wildcard_standsForOneLabelOrMore(
      String pattern, String host, boolean ingress, boolean gateway) {
    assertEquals(ingress, HostPattern.ofIngress(pattern).matches(host));
    assertEquals(gateway, HostPattern.ofGateway(pattern).matches(host));
  }

  @ParameterizedTest
  @CsvSource({
    "'', a.com, a.com",
    "a.com, '', a.com",
    "*.a.com, b.a.com, b.a.com",
    "b.a.com, *.a.com, b.a.com",
    "*.a.com, *.b.a.com, *.b.a.com",
    "*.a.com, a.com, none",
    "*.a.com, *.b.com, none",
    "a.com, b.com, none",
  })
  void host_ofListenerAndRoute_intersect(String listener, String route, String both) {
    String found =
        HostPattern.ofGateway(listener)
            .intersect(HostPattern.ofGateway(route))
            .map(HostPattern::toString)
            .orElse("none");

    assertEquals(both, found);
  }

  @ParameterizedTest
  @CsvSource({
    "/a, /b, /a, /b",
    "/a, /b, /a/, /b/",
    "/a, /b, /a/c, /b/c",
    "/a, /, /a, /",
    "/a, /, /a/c, /c",
    "/a, '', /a/c, /c",
    "/a, /b/, /a/c, /b/c",
    "/, /b, /c, /b/c",
  })
  void path_prefixReplaced_isWholeElements(String match, String to, String path, String result) {
    assertEquals(result, new PathEdit.MatchedPrefix(to).edit(path, PathMatch.prefix(match)));
  }

  @Test
  void expression_ofExponentialTime_givesUp() {
    BoundedPattern pattern = BoundedPattern.of("(x+x+)+y").orElseThrow();

    assertTrue(pattern.matches("xxxy"));
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertFalse(pattern.matches("x".repeat(5_000))));
    assertTrue(BoundedPattern.of("(").isEmpty());
  }
}
