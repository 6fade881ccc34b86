package dev.wherry.network.ingress.kinds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.networking.v1.IngressClass;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** After upstream's conformance of Ingress controllers: hosts, paths, default backend, classes. */
class IngressTranslationTest {
  private static FakeCluster cluster() {
    return new FakeCluster()
        .with(
            IngressClass.KIND, "{metadata: {name: wherry}, spec: {controller: wherry.dev/ingress}}")
        .with(IngressClass.KIND, "{metadata: {name: other}, spec: {controller: other}}")
        .services("ns", "exact", "wild", "any", "foo", "foobar", "deep", "default");
  }

  private static String path(String path, String type, String service) {
    return "{path: %s, pathType: %s, backend: {service: {name: %s, port: {number: 80}}}}"
        .formatted(path, type, service);
  }

  private static String ingress(String name, String spec) {
    return "{metadata: {namespace: ns, name: %s}, spec: {ingressClassName: wherry, %s}}"
        .formatted(name, spec);
  }

  @ParameterizedTest
  @CsvSource({
    "foo.test, /x, exact",
    "bar.foo.test, /x, wild",
    "baz.bar.foo.test, /x, any",
    "other.test, /x, any",
    "'', /x, any",
  })
  void hosts_exactBeforeWildcardBeforeNone(String host, String path, String service) {
    Translation translation =
        cluster()
            .with(
                Ingress.KIND,
                ingress(
                    "i",
                    "rules: [{http: {paths: [%s]}}, {host: '*.foo.test', http: {paths: [%s]}}, {host: foo.test, http: {paths: [%s]}}]"
                        .formatted(
                            path("/", "Prefix", "any"),
                            path("/", "Prefix", "wild"),
                            path("/", "Prefix", "exact"))))
            .translate();

    assertEquals(service, FakeCluster.answer(translation, 80, FakeCluster.Request.of(host, path)));
  }

  @ParameterizedTest
  @CsvSource({
    "/foo, exact",
    "/foo/, foo",
    "/foo/bar, foobar",
    "/foo/bar/baz, foobar",
    "/foo/barbaz, foo",
    "/aaa, default",
    "/impl/x, deep",
  })
  void paths_longestFirstAndExactBeforePrefix(String path, String service) {
    Translation translation =
        cluster()
            .with(
                Ingress.KIND,
                ingress(
                    "i",
                    "defaultBackend: {service: {name: default, port: {name: http}}}, rules: [{host: a.test, http: {paths: [%s, %s, %s, %s]}}]"
                        .formatted(
                            path("/foo", "Prefix", "foo"),
                            path("/foo", "Exact", "exact"),
                            path("/foo/bar/", "Prefix", "foobar"),
                            path("/impl", "ImplementationSpecific", "deep"))))
            .translate();

    assertEquals(
        service, FakeCluster.answer(translation, 80, FakeCluster.Request.of("a.test", path)));
  }

  @Test
  void rules_ofTwoIngressesForOnePath_theOlderWins() {
    String rule = "rules: [{host: a.test, http: {paths: [%s]}}]";
    Translation translation =
        cluster()
            .with(Ingress.KIND, ingress("z", rule.formatted(path("/", "Prefix", "foo"))))
            .with(Ingress.KIND, ingress("a", rule.formatted(path("/", "Prefix", "any"))))
            .translate();

    assertEquals("foo", FakeCluster.answer(translation, 80, FakeCluster.Request.of("a.test", "/")));
  }

  @Test
  void rules_ofAnotherClass_areNotServed() {
    Translation translation =
        cluster()
            .with(
                Ingress.KIND,
                "{metadata: {namespace: ns, name: i}, spec: {ingressClassName: other, defaultBackend: {service: {name: any, port: {number: 80}}}}}")
            .with(
                Ingress.KIND,
                "{metadata: {namespace: ns, name: j}, spec: {defaultBackend: {service: {name: any, port: {number: 80}}}}}")
            .translate();

    assertTrue(translation.table().ports().isEmpty());
  }

  @Test
  void class_byTheOldAnnotation_isServed() {
    Translation translation =
        cluster()
            .with(
                Ingress.KIND,
                "{metadata: {namespace: ns, name: j, annotations: {kubernetes.io/ingress.class: wherry}}, spec: {defaultBackend: {service: {name: any, port: {number: 80}}}}}")
            .translate();

    assertEquals("any", FakeCluster.answer(translation, 80, FakeCluster.Request.of("x", "/")));
  }

  @Test
  void backend_missing_is503AndAProblem() {
    Translation translation =
        cluster()
            .with(
                Ingress.KIND,
                ingress(
                    "i",
                    "rules: [{http: {paths: [%s, %s]}}]"
                        .formatted(
                            path("/a", "Prefix", "nobody"),
                            "{path: /b, pathType: Prefix, backend: {service: {name: foo, port: {number: 81}}}}")))
            .translate();

    assertEquals("503", FakeCluster.answer(translation, 80, FakeCluster.Request.of("x", "/a")));
    assertEquals("503", FakeCluster.answer(translation, 80, FakeCluster.Request.of("x", "/b")));
    assertEquals("none", FakeCluster.answer(translation, 80, FakeCluster.Request.of("x", "/c")));
    assertEquals(
        List.of("there is no service nobody", "service foo has no such port over TCP"),
        translation.findings().problems().stream().map(Findings.Problem::message).toList());
  }

  @Test
  void tls_namesCertificatesByHost_andRedirectsOnlyWhenAsked() {
    Translation translation =
        cluster()
            .badSecret("ns/broken", "lacks tls.key")
            .with(
                Ingress.KIND,
                "{metadata: {namespace: ns, name: i, annotations: {nginx.ingress.kubernetes.io/ssl-redirect: 'true'}}, spec: {ingressClassName: wherry, tls: [{hosts: [a.test, '*.a.test'], secretName: good}], rules: [{host: a.test, http: {paths: [%s]}}]}}"
                    .formatted(path("/", "Prefix", "foo")))
            .with(
                Ingress.KIND,
                ingress(
                    "j",
                    "tls: [{secretName: broken}], rules: [{host: b.test, http: {paths: [%s]}}]"
                        .formatted(path("/", "Prefix", "any"))))
            .translate();
    var secure = translation.table().port(443).orElseThrow();

    assertTrue(secure.tls());
    assertEquals(Optional.of("ns/good"), secure.certificate("a.test"));
    assertEquals(Optional.of("ns/good"), secure.certificate("x.a.test"));
    assertEquals(Optional.of("ns/broken"), secure.certificate("b.test"));
    assertEquals(Optional.empty(), secure.certificate("c.test"));
    assertEquals(
        "redirect 308", FakeCluster.answer(translation, 80, FakeCluster.Request.of("a.test", "/")));
    assertEquals(
        "foo", FakeCluster.answer(translation, 443, FakeCluster.Request.of("a.test", "/")));
    assertEquals("any", FakeCluster.answer(translation, 80, FakeCluster.Request.of("b.test", "/")));
    assertEquals(
        List.of(new ObjectKey("ns", "good"), new ObjectKey("ns", "broken")),
        List.copyOf(translation.findings().secrets()));
    assertEquals(
        List.of("secret broken: lacks tls.key"),
        translation.findings().problems().stream().map(Findings.Problem::message).toList());
  }
}
