package dev.wherry.apiserver.defaulting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.validation.BuiltInRules;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** After kubernetes/pkg/apis/core/v1/defaults_test.go, apps/v1 and batch/v1. */
class KindDefaultsTest {
  private static final KindInfo POD = new KindInfo("", "v1", "Pod", "pods", true);

  private static ObjectNode json(String text) {
    return (ObjectNode) Json.parse(text.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource({
    "busybox,Always",
    "busybox:latest,Always",
    "busybox:1.36,IfNotPresent",
    "host:5000/busybox,Always",
    "host:5000/busybox:1,IfNotPresent",
    "busybox@sha256:abc,IfNotPresent"
  })
  void pullPolicy_image_dependsOnTagAndDigest(String image, String want) {
    assertEquals(want, PodDefaults.pullPolicy(image));
  }

  @Test
  void pod_counter_isFilledAsUpstreamFillsItAndValid() {
    ObjectNode pod =
        json(
            "{'metadata':{'name':'counter','namespace':'default'},'spec':{'containers':[{'name':'count','image':'busybox','resources':{'limits':{'cpu':'1'}}}]}}");
    BuiltInRules rules = new BuiltInRules();
    rules.applyDefaults(POD, pod);
    assertEquals(
        json(
            "{'containers':[{'name':'count','image':'busybox','resources':{'limits':{'cpu':'1'},'requests':{'cpu':'1'}},"
                + "'imagePullPolicy':'Always','terminationMessagePath':'/dev/termination-log','terminationMessagePolicy':'File'}],"
                + "'dnsPolicy':'ClusterFirst','restartPolicy':'Always','securityContext':{},"
                + "'terminationGracePeriodSeconds':30,'schedulerName':'default-scheduler','enableServiceLinks':true}"),
        pod.get("spec"));
    rules.validateCreate(POD, pod);
    ObjectNode again = pod.deepCopy();
    rules.applyDefaults(POD, again);
    assertEquals(pod, again, "defaulting twice changes nothing");
  }

  @Test
  void service_ports_targetThemselves() {
    ObjectNode service = json("{'spec':{'ports':[{'port':80}]}}");
    KindDefaults.apply(new KindInfo("", "v1", "Service", "services", true), service);
    assertEquals(
        json(
            "{'ports':[{'port':80,'protocol':'TCP','targetPort':80}],'sessionAffinity':'None','type':'ClusterIP','internalTrafficPolicy':'Cluster'}"),
        service.get("spec"));
  }

  @Test
  void secret_stringData_becomesData() {
    ObjectNode secret = json("{'stringData':{'a':'b'}}");
    KindDefaults.apply(new KindInfo("", "v1", "Secret", "secrets", true), secret);
    assertEquals(json("{'type':'Opaque','data':{'a':'Yg=='}}"), secret);
  }

  @Test
  void deployment_strategy_isRollingUpdate() {
    ObjectNode deployment = json("{'spec':{}}");
    KindDefaults.apply(new KindInfo("apps", "v1", "Deployment", "deployments", true), deployment);
    assertEquals("25%", deployment.at("/spec/strategy/rollingUpdate/maxSurge").asText());
    assertEquals(1, deployment.at("/spec/replicas").asInt());
    assertEquals("Always", deployment.at("/spec/template/spec/restartPolicy").asText());
  }
}
