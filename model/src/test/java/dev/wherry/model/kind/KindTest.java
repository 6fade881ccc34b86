package dev.wherry.model.kind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.model.IntOrString;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.json.Json;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class KindTest {
  private static byte[] utf8(String json) {
    return json.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void decode_encode_keepsWhatItKnows() {
    String json =
        "{'apiVersion':'v1','kind':'Pod','metadata':{'creationTimestamp':'2026-11-21T07:00:00Z',"
            + "'labels':{'z':'1','a':'2'},'name':'counter','namespace':'default'},"
            + "'spec':{'containers':[{'image':'busybox','name':'count','resources':{'limits':"
            + "{'memory':'64Mi'}}}],'nodeName':'n1'}}";
    Pod pod = Pod.KIND.decode(utf8(json));

    assertEquals("counter", pod.metadata().name());
    assertEquals(Instant.parse("2026-11-21T07:00:00Z"), pod.metadata().creationTimestamp());
    assertEquals("[z, a]", pod.metadata().labels().keySet().toString());
    assertEquals("", pod.spec().schedulerName());
    assertNull(pod.spec().hostNetwork());
    assertEquals(Json.parse(utf8(json)), Pod.KIND.toJson(pod));
  }

  @Test
  void decode_unknownAndNullFields_areSkipped() {
    Pod pod =
        Pod.KIND.decode(utf8("{'spec':{'new':{'x':[1,{}]},'nodeName':null,'containers':[null]}}"));

    assertEquals(Pod.EMPTY, pod);
  }

  @Test
  void decode_wrongType_isTold() {
    assertThrows(
        DecodeException.class, () -> Pod.KIND.decode(utf8("{'spec':{'containers':'no'}}")));
    assertThrows(DecodeException.class, () -> Pod.KIND.decode(utf8("[]")));
    assertThrows(DecodeException.class, () -> Pod.KIND.decode(utf8("{'spec':{'nodeName':7}}")));
  }

  @Test
  void encode_specialTypes_haveTheirPublishedForm() {
    Lease lease = Lease.KIND.decode(utf8("{'spec':{'renewTime':'2026-11-21T07:00:00.123456Z'}}"));
    assertEquals(
        "2026-11-21T07:00:00.123456Z", Lease.KIND.toJson(lease).at("/spec/renewTime").textValue());
    Service service =
        Service.KIND.decode(utf8("{'spec':{'ports':[{'port':80,'targetPort':'http'}]}}"));
    assertEquals(IntOrString.of("http"), service.spec().ports().getFirst().targetPort());
    Secret secret = Secret.KIND.decode(utf8("{'data':{'k':'aGVsbG8='}}"));
    assertEquals("hello", secret.data().get("k").utf8());
    assertEquals("aGVsbG8=", Secret.KIND.toJson(secret).at("/data/k").textValue());
  }

  @Test
  void toBuilder_oneFieldChanged_keepsTheOthers() {
    Container container = Container.builder().name("a").image("i").tty(true).build();

    assertEquals(
        Container.builder().name("b").image("i").tty(true).build(),
        container.toBuilder().name("b").build());
  }

  @Test
  void path_namespacedAndNot_isThatOfTheApi() {
    assertEquals("/api/v1/namespaces/default/pods/p", Pod.KIND.info().path("default", "p"));
    assertEquals(
        "/apis/coordination.k8s.io/v1/namespaces/n/leases", Lease.KIND.info().path("n", ""));
  }
}
