package dev.wherry.apiserver.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageRulesTest {
  private static final KindInfo CLAIM =
      new KindInfo("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true);
  private static final KindInfo VOLUME =
      new KindInfo("", "v1", "PersistentVolume", "persistentvolumes", false);
  private static final String REST = "'capacity':{'storage':'1Gi'},'accessModes':['ReadWriteOnce']";

  private static ObjectNode object(String text) {
    return (ObjectNode) Json.parse(text.replace('\'', '"'));
  }

  private static ObjectNode claim(String spec, String status) {
    return object(
        "{'metadata':{'name':'x','namespace':'d','resourceVersion':'1'},'spec':{%s},'status':{%s}}"
            .formatted(spec, status));
  }

  private static ObjectNode volume(String spec) {
    return object("{'metadata':{'name':'x','resourceVersion':'1'},'spec':{" + spec + "}}");
  }

  private static String problems(Runnable check) {
    try {
      check.run();
      return "ok";
    } catch (ApiException e) {
      return e.details().causes().stream()
          .map(c -> c.field() + ": " + c.message())
          .collect(Collectors.joining("; "));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      quoteCharacter = '`',
      value = {
        "'hostPath':{'path':'/x'}^ok",
        "'local':{'path':'/x'}^spec.nodeAffinity: Required value: Local volume requires node affinity",
        "'volumeMode':'Filesystem'^spec: Required value: must specify a volume type",
        "'hostPath':{'path':'/x'},'nfs':{'server':'a','path':'/'}^spec.nfs: Forbidden: may not specify more than 1 volume type",
      })
  void volume_sources(String source, String expected) {
    assertEquals(expected, problems(() -> Validation.create(VOLUME, volume(REST + "," + source))));
  }

  @Test
  void volume_sourceChanged_isForbidden_butAnEmptyFieldSaysNothing() {
    ObjectNode old = volume(REST + ",'hostPath':{'path':'/x','type':''}");
    assertEquals(
        "ok",
        problems(
            () -> Validation.update(VOLUME, volume(REST + ",'hostPath':{'path':'/x'}"), old, "")));
    assertEquals(
        "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after"
            + " creation",
        problems(
            () -> Validation.update(VOLUME, volume(REST + ",'hostPath':{'path':'/y'}"), old, "")));
  }

  private static String spec(String more, String size) {
    return "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'%s'}}%s"
        .formatted(size, more);
  }

  private static String changed(String now, String then, String status) {
    return problems(() -> Validation.update(CLAIM, claim(now, status), claim(then, status), ""));
  }

  @Test
  void claim_update_onlyWhatTheBinderAndExpansionChange() {
    String forbidden =
        "spec: Forbidden: spec is immutable after creation except resources.requests and"
            + " volumeAttributesClassName for bound claims";
    String pending = "'phase':'Pending'";
    String bound = "'phase':'Bound','capacity':{'storage':'1Gi'}";
    assertEquals("ok", changed(spec(",'volumeName':'v'", "1Gi"), spec("", "1024Mi"), pending));
    assertEquals("ok", changed(spec(",'storageClassName':'c'", "1Gi"), spec("", "1Gi"), pending));
    assertEquals(
        forbidden,
        changed(
            spec(",'storageClassName':'c'", "1Gi"),
            spec(",'storageClassName':''", "1Gi"),
            pending));
    assertEquals(
        forbidden,
        changed(spec(",'volumeName':'w'", "1Gi"), spec(",'volumeName':'v'", "1Gi"), bound));
    assertEquals(forbidden, changed(spec("", "2Gi"), spec("", "1Gi"), pending));
    assertEquals("ok", changed(spec("", "2Gi"), spec("", "1Gi"), bound));
    assertEquals(
        "spec.resources.requests[storage]: Forbidden: field can not be less than status.capacity",
        changed(spec("", "512Mi"), spec("", "1Gi"), bound)
            .replace("requests.storage", "requests[storage]"));
  }

  @Test
  void statefulSet_containerMountsAClaimTemplate_isValid() {
    KindInfo kind = new KindInfo("apps", "v1", "StatefulSet", "statefulsets", true);
    String set =
        "{'metadata':{'name':'x','namespace':'d'},'spec':{'updateStrategy':{'type':'OnDelete'},"
            + "'selector':{'matchLabels':{'a':'b'}},"
            + "'serviceName':'x','template':{'metadata':{'labels':{'a':'b'}},'spec':{'restartPolicy':"
            + "'Always','containers':[{'name':'c','image':'i','imagePullPolicy':'Always',"
            + "'terminationMessagePolicy':'File','volumeMounts':[{'name':'data','mountPath':'/d'}]}]}}"
            + "%s}}";
    assertEquals(
        "ok",
        problems(() ->
            Validation.create(
                kind,
                object(
                    set.formatted(
                        ",'volumeClaimTemplates':[{'metadata':{'name':'data'},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}]")))));
    assertEquals(
        "spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"data\"",
        problems(() -> Validation.create(kind, object(set.formatted("")))));
  }
}
