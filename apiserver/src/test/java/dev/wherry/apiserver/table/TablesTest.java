package dev.wherry.apiserver.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.table.TableFormat.IncludeObject;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Cells after kubernetes/pkg/printers/internalversion/printers_test.go and apimachinery's
 * duration_test.go.
 */
class TablesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final String META =
      "'metadata':{'name':'x','creationTimestamp':'2026-11-21T11:55:00Z'}";

  private static ObjectNode object(String text) {
    return (ObjectNode) Json.parse(text.replace("META", META).replace('\'', '"'));
  }

  private static String cells(String resource, String object) {
    int dot = resource.indexOf('.');
    String plural = dot < 0 ? resource : resource.substring(0, dot);
    KindTable table = Tables.of(dot < 0 ? "" : resource.substring(dot + 1), plural);
    List<String> texts = new ArrayList<>();
    table.row(object(object), NOW).forEach(cell -> texts.add(cell.asText()));
    return String.join(" | ", texts);
  }

  @ParameterizedTest
  @CsvSource({
    "-2,<invalid>",
    "-1,0s",
    "0,0s",
    "119,119s",
    "120,2m",
    "150,2m30s",
    "599,9m59s",
    "600,10m",
    "10799,179m",
    "10800,3h",
    "11100,3h5m",
    "28800,8h",
    "172799,47h",
    "172800,2d",
    "176400,2d1h",
    "691200,8d",
    "63071999,729d",
    "63072000,2y",
    "63158400,2y1d",
    "252288000,8y"
  })
  void human_table_showsAtMostTwoUnits(long seconds, String want) {
    assertEquals(want, TimeCells.human(Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      quoteCharacter = '`',
      textBlock =
          """
          {META,'spec':{'containers':[{},{}]},'status':{'phase':'Pending'}} ^ x | 0/2 | Pending | 0 | 5m | <none> | <none> | <none> | <none>
          {META,'spec':{'nodeName':'n','containers':[{}]},'status':{'phase':'Running','podIPs':[{'ip':'10.42.0.5'}],'containerStatuses':[{'ready':true,'restartCount':3,'state':{'running':{}},'lastState':{'terminated':{'finishedAt':'2026-11-21T11:58:00Z'}}}]}} ^ x | 1/1 | Running | 3 (2m ago) | 5m | 10.42.0.5 | n | <none> | <none>
          {META,'spec':{'containers':[{}]},'status':{'phase':'Pending','containerStatuses':[{'state':{'waiting':{'reason':'ErrImagePull'}}}]}} ^ x | 0/1 | ErrImagePull | 0 | 5m | <none> | <none> | <none> | <none>
          {META,'spec':{'containers':[{}]},'status':{'phase':'Failed','containerStatuses':[{'state':{'terminated':{'exitCode':3}}}]}} ^ x | 0/1 | ExitCode:3 | 0 | 5m | <none> | <none> | <none> | <none>
          {META,'spec':{'containers':[{}],'initContainers':[{'name':'a'},{'name':'b'}]},'status':{'phase':'Pending','initContainerStatuses':[{'name':'a','state':{'terminated':{'exitCode':0}}},{'name':'b','state':{'running':{}}}]}} ^ x | 0/1 | Init:1/2 | 0 | 5m | <none> | <none> | <none> | <none>
          {META,'spec':{'containers':[{}],'initContainers':[{'name':'a','restartPolicy':'Always'}]},'status':{'phase':'Running','conditions':[{'type':'Initialized','status':'True'}],'initContainerStatuses':[{'name':'a','started':true,'ready':true,'state':{'running':{}}}],'containerStatuses':[{'ready':true,'state':{'running':{}}}]}} ^ x | 2/2 | Running | 0 | 5m | <none> | <none> | <none> | <none>
          {META,'spec':{'containers':[{},{}]},'status':{'phase':'Running','conditions':[{'type':'Ready','status':'False'}],'containerStatuses':[{'state':{'terminated':{'exitCode':0,'reason':'Completed'}}},{'ready':true,'state':{'running':{}}}]}} ^ x | 1/2 | NotReady | 0 | 5m | <none> | <none> | <none> | <none>
          {'metadata':{'name':'x','deletionTimestamp':'2026-11-21T11:59:00Z'},'spec':{'containers':[{}]},'status':{'phase':'Running'}} ^ x | 0/1 | Terminating | 0 | <unknown> | <none> | <none> | <none> | <none>
          {META,'spec':{'containers':[{}],'readinessGates':[{'conditionType':'g'}]},'status':{'phase':'Pending','conditions':[{'type':'PodScheduled','reason':'SchedulingGated'},{'type':'g','status':'True'}]}} ^ x | 0/1 | SchedulingGated | 0 | 5m | <none> | <none> | <none> | 1/1
          """)
  void pods_table_printsAsUpstream(String object, String want) {
    assertEquals(want, cells("pods", object));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      quoteCharacter = '`',
      textBlock =
          """
          nodes ^ {'metadata':{'name':'n','labels':{'node-role.kubernetes.io/worker':'','node-role.kubernetes.io/control-plane':''}},'spec':{'unschedulable':true},'status':{'conditions':[{'type':'Ready','status':'True'}],'addresses':[{'type':'InternalIP','address':'10.0.0.1'}],'nodeInfo':{'kubeletVersion':'v1.36.0','osImage':'Debian'}}} ^ n | Ready,SchedulingDisabled | control-plane,worker | <unknown> | v1.36.0 | 10.0.0.1 | <none> | Debian | <unknown> | <unknown>
          services ^ {META,'spec':{'type':'NodePort','clusterIPs':['10.43.0.9'],'ports':[{'port':80,'nodePort':30080,'protocol':'TCP'},{'port':53,'protocol':'UDP'}],'selector':{'b':'2','a':'1'}}} ^ x | NodePort | 10.43.0.9 | <none> | 80:30080/TCP,53/UDP | 5m | a=1,b=2
          services ^ {META,'spec':{'type':'LoadBalancer','clusterIP':'10.43.0.9'}} ^ x | LoadBalancer | 10.43.0.9 | <pending> | <none> | 5m | <none>
          services ^ {META,'spec':{'type':'ExternalName','externalName':'example.org'}} ^ x | ExternalName | <none> | example.org | <none> | 5m | <none>
          deployments.apps ^ {META,'spec':{'replicas':3,'selector':{'matchLabels':{'app':'w'},'matchExpressions':[{'key':'t','operator':'In','values':['b','a']}]},'template':{'spec':{'containers':[{'name':'c','image':'i'},{'name':'d','image':'j'}]}}},'status':{'readyReplicas':2,'updatedReplicas':3,'availableReplicas':2}} ^ x | 2/3 | 3 | 2 | 5m | c,d | i,j | app=w,t in (a,b)
          replicasets.apps ^ {META,'spec':{'replicas':1,'selector':{}},'status':{'replicas':1}} ^ x | 1 | 1 | 0 | 5m |  |  | <none>
          jobs.batch ^ {META,'spec':{'completions':2,'parallelism':2},'status':{'succeeded':1,'startTime':'2026-11-21T11:59:00Z'}} ^ x | Running | 1/2 | 60s | 5m |  |  | <none>
          cronjobs.batch ^ {META,'spec':{'schedule':'*/5 * * * *','suspend':false}} ^ x | */5 * * * * | <none> | False | 0 | <none> | 5m |  |  | <none>
          endpoints ^ {META,'subsets':[{'addresses':[{'ip':'1.1.1.1'},{'ip':'1.1.1.2'}],'ports':[{'port':1},{'port':2}]}]} ^ x | 1.1.1.1:1,1.1.1.1:2,1.1.1.2:1 + 1 more... | 5m
          endpointslices.discovery.k8s.io ^ {META,'addressType':'IPv4','ports':[{'port':80}],'endpoints':[{'addresses':['1.1.1.1']}]} ^ x | IPv4 | 80 | 1.1.1.1 | 5m
          events ^ {META,'type':'Normal','reason':'Started','message':'go ','involvedObject':{'kind':'Pod','name':'p','fieldPath':'spec'},'source':{'component':'kubelet','host':'n'},'firstTimestamp':'2026-11-21T11:00:00Z','lastTimestamp':'2026-11-21T11:59:30Z','count':4} ^ 30s | Normal | Started | pod/p | spec | kubelet, n | go | 60m | 4 | x
          events ^ {META,'type':'Warning','reason':'F','message':'m','eventTime':'2026-11-21T11:59:30.123456Z','involvedObject':{'kind':'Pod'},'reportingComponent':'c'} ^ 29s | Warning | F | pod |  | c | m | 29s | 1 | x
          configmaps ^ {META,'data':{'a':'1'},'binaryData':{'b':'Yg=='}} ^ x | 2 | 5m
          persistentvolumeclaims ^ {META,'spec':{'volumeName':'v','storageClassName':'s'},'status':{'phase':'Bound','accessModes':['ReadWriteMany','ReadWriteOnce'],'capacity':{'storage':'1Gi'}}} ^ x | Bound | v | 1Gi | RWO,RWX | s | <unset> | 5m | <unset>
          storageclasses.storage.k8s.io ^ {'metadata':{'name':'s','annotations':{'storageclass.kubernetes.io/is-default-class':'true'}},'provisioner':'p'} ^ s (default) | p | Delete | Immediate | false | <unknown>
          roles.rbac.authorization.k8s.io ^ {META} ^ x | 2026-11-21T11:55:00Z
          rolebindings.rbac.authorization.k8s.io ^ {META,'roleRef':{'kind':'Role','name':'r'},'subjects':[{'kind':'ServiceAccount','namespace':'n','name':'s'},{'kind':'User','name':'u'}]} ^ x | Role/r | 5m | u |  | n/s
          certificatesigningrequests.certificates.k8s.io ^ {META,'spec':{'signerName':'s','username':'u','expirationSeconds':3600},'status':{'certificate':'YQ==','conditions':[{'type':'Approved'}]}} ^ x | 5m | s | u | 60m | Approved,Issued
          leases.coordination.k8s.io ^ {META,'spec':{'holderIdentity':'h'}} ^ x | h | 5m
          ipaddresses.networking.k8s.io ^ {META,'spec':{'parentRef':{'resource':'services','namespace':'default','name':'kubernetes'}}} ^ x | services/default/kubernetes
          horizontalpodautoscalers.autoscaling ^ {META,'spec':{'scaleTargetRef':{'kind':'Deployment','name':'d'},'minReplicas':1,'maxReplicas':3,'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'averageUtilization':80}}}]},'status':{'currentReplicas':2}} ^ x | Deployment/d | cpu: <unknown>/80% | 1 | 3 | 2 | 5m
          widgets.example.org ^ {META} ^ x | 5m
          """)
  void builtIn_table_printsAsUpstream(String resource, String object, String want) {
    assertEquals(want, cells(resource, object).strip());
  }

  @Test
  void ofObject_metadata_carriesPartialObjectAndPodCondition() {
    TableFormat format =
        new TableFormat(
            Tables.of("", "pods"), "v1", IncludeObject.METADATA, InstantSource.fixed(NOW));
    ObjectNode table =
        format.ofObject(
            object(
                "{'kind':'Pod','metadata':{'name':'p','resourceVersion':'7'},'status':{'phase':'Failed'}}"));
    assertEquals("7", table.path("metadata").path("resourceVersion").asText());
    assertEquals("Name", table.path("columnDefinitions").path(0).path("name").asText());
    assertEquals("PartialObjectMetadata", table.at("/rows/0/object/kind").asText());
    assertEquals("p", table.at("/rows/0/object/metadata/name").asText());
    assertEquals("Completed", table.at("/rows/0/conditions/0/type").asText());
  }

  @Test
  void ofEvent_laterEvent_hasRowsButNoColumns() {
    TableFormat format =
        new TableFormat(
            Tables.of("", "nodes"), "v1beta1", IncludeObject.NONE, InstantSource.fixed(NOW));
    ObjectNode table = format.ofEvent(object("{META}"), false);
    assertEquals("meta.k8s.io/v1beta1", table.path("apiVersion").asText());
    assertEquals(0, table.path("columnDefinitions").size());
    assertEquals(1, table.path("rows").size());
    assertTrue(table.at("/rows/0/object").isNull());
  }

  @Test
  void parse_unknownIncludeObject_isBadRequest() {
    assertThrows(ApiException.class, () -> IncludeObject.parse("All"));
  }
}
