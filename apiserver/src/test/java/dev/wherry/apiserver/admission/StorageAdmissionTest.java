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

class StorageAdmissionTest {
  private static final Resource CLASSES = new Resource("storage.k8s.io", "storageclasses");

  private final FakeView view = new FakeView();

  private static ObjectNode json(String text) {
    return (ObjectNode) Json.parse(text.replace('\'', '"'));
  }

  private static AdmissionRequest request(
      Operation operation, Resource resource, ObjectNode object, Optional<ObjectNode> old) {
    return new AdmissionRequest(
        UserInfo.of("ann"),
        operation,
        resource,
        "Kind",
        "",
        "ns",
        "x",
        Optional.of(object),
        old,
        false);
  }

  @Test
  void create_claimAndVolume_getTheirFinalizerOnce() {
    ObjectNode claim = json("{'metadata':{'name':'x'}}");
    AdmissionRequest request =
        request(Operation.CREATE, Resource.PERSISTENT_VOLUME_CLAIMS, claim, Optional.empty());
    new StorageInUse().mutate(request);
    new StorageInUse().mutate(request);
    assertEquals(1, claim.at("/metadata/finalizers").size());
    assertEquals("kubernetes.io/pvc-protection", claim.at("/metadata/finalizers/0").asText());

    ObjectNode volume = json("{'metadata':{'name':'x','finalizers':['mine']}}");
    new StorageInUse()
        .mutate(request(Operation.CREATE, Resource.PERSISTENT_VOLUMES, volume, Optional.empty()));
    assertEquals("kubernetes.io/pv-protection", volume.at("/metadata/finalizers/1").asText());
  }

  private static ObjectNode claim(String size, String className, String phase) {
    return json(
        "{'metadata':{'name':'x'},'spec':{'storageClassName':'%s','resources':{'requests':{'storage':'%s'}}},'status':{'phase':'%s'}}"
            .formatted(className, size, phase));
  }

  private String grown(String className, String phase) {
    AdmissionRequest request =
        request(
            Operation.UPDATE,
            Resource.PERSISTENT_VOLUME_CLAIMS,
            claim("2Gi", className, phase),
            Optional.of(claim("1024Mi", className, phase)));
    return String.valueOf(
        assertThrows(ApiException.class, () -> new ClaimResize(view).validate(request))
            .getMessage());
  }

  @Test
  void update_largerClaim_needsABoundOneAndAClassThatLetsIt() {
    view.put(CLASSES, "{'metadata':{'name':'grows'},'allowVolumeExpansion':true}");
    view.put(CLASSES, "{'metadata':{'name':'stays'}}");
    assertEquals(
        true,
        grown("grows", "Pending").contains("Only bound persistent volume claims can be expanded"));
    assertEquals(
        true, grown("stays", "Bound").contains("only dynamically provisioned pvc can be resized"));
    new ClaimResize(view)
        .validate(
            request(
                Operation.UPDATE,
                Resource.PERSISTENT_VOLUME_CLAIMS,
                claim("2Gi", "grows", "Bound"),
                Optional.of(claim("1Gi", "grows", "Bound"))));
    new ClaimResize(view)
        .validate(
            request(
                Operation.UPDATE,
                Resource.PERSISTENT_VOLUME_CLAIMS,
                claim("1Gi", "stays", "Bound"),
                Optional.of(claim("1024Mi", "stays", "Bound"))));
  }
}
