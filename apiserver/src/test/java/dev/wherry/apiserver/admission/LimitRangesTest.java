package dev.wherry.apiserver.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** LimitRanger and DefaultStorageClass (kubernetes plugin/pkg/admission, their own tests). */
class LimitRangesTest {
  private static final Resource LIMITS = new Resource("", "limitranges");
  private static final Resource CLASSES = new Resource("storage.k8s.io", "storageclasses");

  private final FakeView view = new FakeView();
  private final LimitRanges plugin = new LimitRanges(view);

  private static ObjectNode tree(String json) {
    return (ObjectNode) Json.parse(json.replace('\'', '"'));
  }

  private static AdmissionRequest create(Resource resource, String kind, ObjectNode object) {
    return new AdmissionRequest(
        UserInfo.of("ann"),
        Operation.CREATE,
        resource,
        kind,
        "",
        "ns",
        "x",
        Optional.of(object),
        Optional.empty(),
        false);
  }

  private static ObjectNode pod(String resources) {
    return tree(
        "{'metadata':{'name':'x'},'spec':{'containers':[{'name':'a','resources':"
            + resources
            + "}]}}");
  }

  @Test
  void mutate_defaults_fillWhatIsMissingAndSaySo() {
    view.put(
        LIMITS,
        "{'metadata':{'name':'l','namespace':'ns'},'spec':{'limits':[{'type':'Container',"
            + "'default':{'cpu':'500m','memory':'1Gi'},'defaultRequest':{'cpu':'100m'}}]}}");
    ObjectNode pod = pod("{'limits':{'cpu':'300m'}}");
    plugin.mutate(create(Resource.PODS, "Pod", pod));
    assertEquals(
        tree("{'limits':{'cpu':'300m','memory':'1Gi'},'requests':{'cpu':'100m'}}"),
        pod.at("/spec/containers/0/resources"));
    assertEquals(
        "LimitRanger plugin set: cpu request for container a; memory limit for container a",
        pod.path("metadata").path("annotations").path("kubernetes.io/limit-ranger").asText());
  }

  private String refusal(String limit, String resources) {
    view.put(
        LIMITS, "{'metadata':{'name':'l','namespace':'ns'},'spec':{'limits':[" + limit + "]}}");
    return assertThrows(
            ApiException.class, () -> plugin.validate(create(Resource.PODS, "Pod", pod(resources))))
        .text();
  }

  @Test
  void validate_outsideBounds_namesEachInUpstreamsWords() {
    assertEquals(
        "pods \"x\" is forbidden: minimum cpu usage per Container is 50m, but request is 10m",
        refusal("{'type':'Container','min':{'cpu':'50m'}}", "{'requests':{'cpu':'10m'}}"));
    assertEquals(
        "pods \"x\" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum"
            + " memory usage per Container is 1Gi. No limit is specified]",
        refusal(
            "{'type':'Container','max':{'cpu':'1','memory':'1Gi'}}",
            "{'limits':{'cpu':'2'},'requests':{'cpu':'2'}}"));
    assertEquals(
        "pods \"x\" is forbidden: cpu max limit to request ratio per Container is 2, but provided"
            + " ratio is 4.000000",
        refusal(
            "{'type':'Container','maxLimitRequestRatio':{'cpu':'2'}}",
            "{'limits':{'cpu':'400m'},'requests':{'cpu':'100m'}}"));
    assertEquals(
        "pods \"x\" is forbidden: maximum cpu usage per Pod is 1, but limit is 1500m",
        refusal(
            "{'type':'Pod','max':{'cpu':'1'}}",
            "{'limits':{'cpu':'1500m'},'requests':{'cpu':'1'}}"));
  }

  @Test
  void mutate_claimWithoutClass_getsTheNewestDefault() {
    String text =
        "{'metadata':{'name':'%s','creationTimestamp':'%s','annotations':"
            + "{'storageclass.kubernetes.io/is-default-class':'%s'}}}";
    view.put(CLASSES, text.formatted("old", "2020-01-01T00:00:00Z", "true"));
    view.put(CLASSES, text.formatted("new", "2021-01-01T00:00:00Z", "true"));
    view.put(CLASSES, text.formatted("other", "2022-01-01T00:00:00Z", "false"));
    ClaimStorageClass classes = new ClaimStorageClass(view);
    ObjectNode claim = tree("{'metadata':{'name':'x'},'spec':{}}");
    classes.mutate(create(Resource.PERSISTENT_VOLUME_CLAIMS, "PersistentVolumeClaim", claim));
    assertEquals("new", claim.path("spec").path("storageClassName").asText());
    ObjectNode none = tree("{'metadata':{'name':'x'},'spec':{'storageClassName':''}}");
    classes.mutate(create(Resource.PERSISTENT_VOLUME_CLAIMS, "PersistentVolumeClaim", none));
    assertEquals("", none.path("spec").path("storageClassName").asText());
  }
}
