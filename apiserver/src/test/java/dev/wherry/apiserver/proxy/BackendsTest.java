package dev.wherry.apiserver.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.status.ApiException;
import dev.wherry.streaming.tunnel.DialTarget;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendsTest {
  private final FakeView view =
      new FakeView()
          .put(
              Resource.PODS,
              "{'metadata':{'name':'p','namespace':'d'},'status':{'podIP':'10.0.0.2'},"
                  + "'spec':{'nodeName':'n1','containers':[{'name':'c'},"
                  + "{'name':'d','ports':[{'containerPort':8080}]}]}}")
          .put(
              Resource.PODS,
              "{'metadata':{'name':'young','namespace':'d'},'spec':{'nodeName':'n1'}}")
          .put(
              Resource.PODS,
              "{'metadata':{'name':'odd','namespace':'d'},'status':{'podIP':'127.0.0.1'},"
                  + "'spec':{'nodeName':'n1'}}")
          .put(
              new Resource("", "services"),
              "{'metadata':{'name':'s','namespace':'d'},'spec':{'ports':["
                  + "{'name':'web','port':80},{'name':'tls','port':443}]}}")
          .put(
              new Resource("", "services"),
              "{'metadata':{'name':'empty','namespace':'d'},'spec':{'ports':[{'port':80}]}}")
          .put(
              new Resource("discovery.k8s.io", "endpointslices"),
              "{'metadata':{'name':'s-1','namespace':'d',"
                  + "'labels':{'kubernetes.io/service-name':'s'}},"
                  + "'ports':[{'name':'web','port':160},{'name':'tls','port':460}],'endpoints':["
                  + "{'addresses':['10.0.0.3'],'nodeName':'n2','conditions':{'ready':false}},"
                  + "{'addresses':['10.0.0.4'],'conditions':{'ready':true}}]}");
  private final Backends backends = new Backends(view, () -> Set.of("n9"), new Random(1));

  private static Backend backend(String node, String host, int port, boolean https) {
    return new Backend(node, new DialTarget.Tcp(host, port), https);
  }

  @ParameterizedTest
  @CsvSource({
    "p, 8080, false",
    "p:81, 81, false",
    "http:p:82, 82, false",
    "https:p:443, 443, true",
    ":p:83, 83, false",
    "https:p:, 8080, true"
  })
  void pod_inEveryForm_isItsAddress(String id, int port, boolean https) {
    assertEquals(backend("n1", "10.0.0.2", port, https), backends.pod("d", id));
  }

  @ParameterizedTest
  @CsvSource({
    "s:web, 160, false",
    "s:80, 160, false",
    "https:s:tls, 460, true",
    "https:s:443, 460, true"
  })
  void service_byNameAndNumber_isAReadyEndpoint(String id, int port, boolean https) {
    assertEquals(backend("n9", "10.0.0.4", port, https), backends.service("d", id));
  }

  @Test
  void refusals_haveTheirCode() {
    assertEquals(404, refused(() -> backends.pod("d", "none")));
    assertEquals(503, refused(() -> backends.pod("d", "young")));
    assertEquals(400, refused(() -> backends.pod("d", "odd")));
    assertEquals(400, refused(() -> backends.pod("d", "ftp:p:80")));
    assertEquals(400, refused(() -> backends.pod("d", "p:0")));
    assertEquals(404, refused(() -> backends.service("d", "none")));
    assertEquals(503, refused(() -> backends.service("d", "s:81")));
    assertEquals(503, refused(() -> backends.service("d", "empty")));
  }

  private static int refused(Runnable call) {
    return assertThrows(ApiException.class, call::run).code();
  }
}
