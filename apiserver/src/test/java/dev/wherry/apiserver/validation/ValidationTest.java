package dev.wherry.apiserver.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sentences after kubernetes/pkg/apis/core/validation/validation_test.go and the other groups'
 * validation tests.
 */
class ValidationTest {
  private static final Map<String, KindInfo> KINDS =
      Map.ofEntries(
          kind("", "v1", "Pod", "pods", true),
          kind("", "v1", "Node", "nodes", false),
          kind("", "v1", "Service", "services", true),
          kind("", "v1", "Namespace", "namespaces", false),
          kind("", "v1", "ConfigMap", "configmaps", true),
          kind("", "v1", "Secret", "secrets", true),
          kind("", "v1", "ServiceAccount", "serviceaccounts", true),
          kind("", "v1", "Endpoints", "endpoints", true),
          kind("", "v1", "Event", "events", true),
          kind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true),
          kind("coordination.k8s.io", "v1", "Lease", "leases", true),
          kind("apps", "v1", "Deployment", "deployments", true),
          kind("apps", "v1", "StatefulSet", "statefulsets", true),
          kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true),
          kind("batch", "v1", "Job", "jobs", true),
          kind("batch", "v1", "CronJob", "cronjobs", true),
          kind("rbac.authorization.k8s.io", "v1", "Role", "roles", true),
          kind("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true),
          kind(
              "certificates.k8s.io",
              "v1",
              "CertificateSigningRequest",
              "certificatesigningrequests",
              false),
          kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true),
          kind("networking.k8s.io", "v1", "Ingress", "ingresses", true),
          kind("", "v1", "ResourceQuota", "resourcequotas", true),
          kind("", "v1", "LimitRange", "limitranges", true),
          kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true),
          kind("networking.k8s.io", "v1", "IngressClass", "ingressclasses", false),
          kind("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", false),
          kind("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", false));

  private static Map.Entry<String, KindInfo> kind(
      String group, String version, String kind, String plural, boolean ns) {
    return Map.entry(kind, new KindInfo(group, version, kind, plural, ns));
  }

  private static ObjectNode object(String text) {
    String json =
        text.replace("META", "'metadata':{'name':'x','namespace':'d'}")
            .replace("CLUSTER", "'metadata':{'name':'x'}")
            .replace("STRATEGY", "'strategy':{'type':'Recreate'}")
            .replace(
                "TEMPLATE",
                "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'restartPolicy':'Always','containers':[{'name':'c','image':'i'}]}}")
            .replace('\'', '"');
    return (ObjectNode) Json.parse(json);
  }

  private static String problems(String kind, String text) {
    KindInfo info = KINDS.get(kind);
    try {
      Validation.create(info, object(text));
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
      textBlock =
          """
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i'}]}} ^ ok
          Pod ^ {'metadata':{'namespace':'d'},'spec':{'containers':[{'name':'c','image':'i'}]}} ^ metadata.name: Required value: name or generateName is required
          Pod ^ {'metadata':{'name':'x'},'spec':{'containers':[{'name':'c','image':'i'}]}} ^ metadata.namespace: Required value
          HorizontalPodAutoscaler ^ {META,'spec':{'maxReplicas':3,'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'d'}}} ^ ok
          HorizontalPodAutoscaler ^ {META,'spec':{'minReplicas':0,'maxReplicas':3,'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'d'}}} ^ spec.minReplicas: Invalid value: 0: must be greater than or equal to 1; spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas
          HorizontalPodAutoscaler ^ {META,'spec':{'minReplicas':4,'maxReplicas':3,'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment'}}} ^ spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`; spec.scaleTargetRef.name: Required value
          HorizontalPodAutoscaler ^ {META,'spec':{'maxReplicas':3,'scaleTargetRef':{'apiVersion':'apps/v1','kind':'D','name':'d'},'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization'}}}]}} ^ spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization
          HorizontalPodAutoscaler ^ {META,'spec':{'maxReplicas':3,'scaleTargetRef':{'apiVersion':'apps/v1','kind':'D','name':'d'},'behavior':{'scaleUp':{'stabilizationWindowSeconds':4000,'policies':[{'type':'Pods','value':0,'periodSeconds':60}]}}}} ^ spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600; spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero
          Pod ^ {META,'spec':{}} ^ spec.containers: Required value
          Pod ^ {META,'spec':{'dnsConfig':{'searches':['.','_sip._tcp.abc_d.example.com','example.com.']},'containers':[{'name':'c','image':'i'}]}} ^ ok
          Pod ^ {META,'spec':{'dnsConfig':{'searches':['a..b']},'containers':[{'name':'c','image':'i'}]}} ^ spec.dnsConfig.searches[0]: Invalid value: "a..b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')
          Pod ^ {META,'spec':{'containers':[{}]}} ^ spec.containers[0].name: Required value; spec.containers[0].image: Required value
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i'},{'name':'c','image':'i'}]}} ^ spec.containers[1].name: Duplicate value: "c"
          Pod ^ {META,'spec':{'restartPolicy':'Maybe','containers':[{'name':'c','image':'i'}]}} ^ spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "Never", "OnFailure"
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i','ports':[{'containerPort':70000}]}]}} ^ spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i','volumeMounts':[{'name':'v','mountPath':'/m'}]}]}} ^ spec.containers[0].volumeMounts[0].name: Not found: "v"
          Pod ^ {META,'spec':{'volumes':[{'name':'v'}],'containers':[{'name':'c','image':'i'}]}} ^ spec.volumes[0]: Required value: must specify a volume type
          Pod ^ {META,'spec':{'volumes':[{'name':'v','emptyDir':{},'hostPath':{'path':'/x'}}],'containers':[{'name':'c','image':'i'}]}} ^ spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'2'},'limits':{'cpu':'1'}}}]}} ^ spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i','livenessProbe':{}}]}} ^ spec.containers[0].livenessProbe: Required value: must specify a handler type
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i','env':[{'name':'A','valueFrom':{}}]}]}} ^ spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`
          Pod ^ {META,'spec':{'tolerations':[{'operator':'Equal'}],'containers':[{'name':'c','image':'i'}]}} ^ spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"
          Pod ^ {META,'spec':{'initContainers':[{'name':'i','image':'i','livenessProbe':{'exec':{'command':['x']}}}],'containers':[{'name':'c','image':'i'}]}} ^ spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always
          Namespace ^ {'metadata':{'name':'a.b'}} ^ metadata.name: Invalid value: "a.b": must not contain dots
          Namespace ^ {'metadata':{'name':'a','namespace':'b'}} ^ metadata.namespace: Forbidden: not allowed on this type
          ConfigMap ^ {'metadata':{'name':'x','namespace':'d','labels':{'a':'-'}}} ^ metadata.labels: Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
          ConfigMap ^ {META,'data':{'a/b':''}} ^ data[a/b]: Invalid value: "a/b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
          Secret ^ {META,'type':'kubernetes.io/tls','data':{'tls.crt':''}} ^ data[tls.key]: Required value
          Service ^ {META,'spec':{'type':'ClusterIP','ports':[{'port':0,'targetPort':1}]}} ^ spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive
          Service ^ {META,'spec':{'type':'ClusterIP','ports':[{'port':1,'targetPort':1},{'port':2,'targetPort':1}]}} ^ spec.ports[0].name: Required value; spec.ports[1].name: Required value
          Service ^ {META,'spec':{'type':'ClusterIP'}} ^ spec.ports: Required value
          Service ^ {META,'spec':{'type':'ExternalName'}} ^ spec.externalName: Required value
          Endpoints ^ {META,'subsets':[{'addresses':[{'ip':'127.0.0.1'}],'ports':[{'port':1,'protocol':'TCP'}]}]} ^ subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)
          EndpointSlice ^ {META,'addressType':'IPv4','endpoints':[{'addresses':[]}]} ^ endpoints[0].addresses: Required value: must contain at least 1 address
          Node ^ {CLUSTER,'spec':{'taints':[{'key':'a','effect':'X'}]}} ^ metadata.taints[0].effect: Unsupported value: "X": supported values: "NoExecute", "NoSchedule", "PreferNoSchedule"
          Event ^ {META,'involvedObject':{'namespace':'e'}} ^ involvedObject.namespace: Invalid value: "e": does not match event.namespace
          Lease ^ {META,'spec':{'leaseDurationSeconds':0}} ^ spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0
          ResourceQuota ^ {META,'spec':{'hard':{'pods':'4','requests.nvidia.com/gpu':'1','count/deployments.apps':'2','hugepages-2Mi':'2Mi'}}} ^ ok
          ResourceQuota ^ {META,'spec':{'hard':{'pods':'0.5','cpus':'1','cpu':'-1'}}} ^ spec.hard[pods]: Invalid value: "0.5": must be an integer; spec.hard[cpus]: Invalid value: "cpus": must be a standard resource for quota; spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0
          ResourceQuota ^ {META,'spec':{'hard':{'pods':'1'},'scopes':['BestEffort','NotBestEffort','Else']}} ^ spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Else"]: unsupported scope; spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Else"]: conflicting scopes
          ResourceQuota ^ {META,'spec':{'hard':{'services':'1'},'scopeSelector':{'matchExpressions':[{'scopeName':'PriorityClass','operator':'In'},{'scopeName':'BestEffort','operator':'Near'}]}}} ^ spec.scopeSelector.matchExpressions.scopeName: Invalid value: "PriorityClass": unsupported scope applied to resource; spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector; spec.scopeSelector.matchExpressions.scopeName: Invalid value: "BestEffort": unsupported scope applied to resource; spec.scopeSelector.matchExpressions.operator: Invalid value: "Near": must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity; spec.scopeSelector.matchExpressions.operator: Invalid value: "Near": not a valid selector operator
          LimitRange ^ {META,'spec':{'limits':[{'type':'Container','min':{'cpu':'100m'},'max':{'cpu':'2'},'default':{'cpu':'1'},'defaultRequest':{'cpu':'0.5'}},{'type':'PersistentVolumeClaim','max':{'storage':'1Gi'}}]}} ^ ok
          LimitRange ^ {META,'spec':{'limits':[{'type':'Container','min':{'cpu':'2'},'max':{'cpu':'1'},'maxLimitRequestRatio':{'memory':'0.5'}},{'type':'Pod','default':{'cpu':'1'}},{'type':'Pod','min':{'cores':'1'}},{'type':'PersistentVolumeClaim'}]}} ^ spec.limits[2].type: Duplicate value: "Pod"; spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1; spec.limits[0].maxLimitRequestRatio[memory]: Invalid value: "0.5": ratio 0.5 is less than 1; spec.limits[1].default: Forbidden: may not be specified when `type` is 'Pod'; spec.limits[2].min[cores]: Invalid value: "cores": must be a standard resource type or fully qualified; spec.limits[3].limits: Required value: either minimum or maximum storage value is required, but neither was provided
          PodDisruptionBudget ^ {META,'spec':{'minAvailable':'50%','selector':{'matchLabels':{'a':'b'}}}} ^ ok
          PodDisruptionBudget ^ {META,'spec':{'maxUnavailable':'101%','unhealthyPodEvictionPolicy':'Never'}} ^ spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%; spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"
          Ingress ^ {META,'spec':{'ingressClassName':'wherry','defaultBackend':{'service':{'name':'1web','port':{'name':'http'}}},'tls':[{'hosts':['*.example.com'],'secretName':'s'}],'rules':[{'host':'*.example.com','http':{'paths':[{'pathType':'Prefix','path':'/a','backend':{'service':{'name':'web','port':{'number':80}}}},{'pathType':'ImplementationSpecific','backend':{'resource':{'kind':'Bucket','name':'b'}}}]}}]}} ^ ok
          Ingress ^ {META,'spec':{}} ^ spec: Invalid value: null: either `defaultBackend` or `rules` must be specified
          Ingress ^ {META,'spec':{'rules':[{'host':'10.1.2.3','http':{}},{'http':{'paths':[{'backend':{}},{'pathType':'Any','path':'x','backend':{}},{'pathType':'Exact','path':'a//b/..','backend':{'service':{'name':'-','port':{}}}}]}}]}} ^ spec.rules[0].host: Invalid value: "10.1.2.3": must be a DNS name, not an IP address; spec.rules[0].http.paths: Required value; spec.rules[1].http.paths[0].pathType: Required value: pathType must be specified; spec.rules[1].http.paths[1].pathType: Unsupported value: "Any": supported values: "Exact", "ImplementationSpecific", "Prefix"; spec.rules[1].http.paths[1].backend: Invalid value: "": resource or service backend is required; spec.rules[1].http.paths[2].path: Invalid value: "a//b/..": must be an absolute path; spec.rules[1].http.paths[2].path: Invalid value: "a//b/..": must not contain '//'; spec.rules[1].http.paths[2].path: Invalid value: "a//b/..": cannot end with '/..'; spec.rules[1].http.paths[2].backend.service.name: Invalid value: "-": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?'); spec.rules[1].http.paths[2].backend: Required value: port name or number is required
          Ingress ^ {META,'spec':{'defaultBackend':{'service':{'name':'a','port':{'name':'b','number':1}}},'tls':[{'hosts':['a.*']}]}} ^ spec.defaultBackend: Invalid value: "": cannot set both port name & port number; spec.tls[0].hosts[0]: Invalid value: "a.*": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
          IngressClass ^ {CLUSTER,'spec':{'controller':'example.com/a','parameters':{'kind':'A','name':'b','scope':'Namespace','namespace':'n'}}} ^ ok
          IngressClass ^ {CLUSTER,'spec':{'controller':'example.com','parameters':{'scope':'Cluster','namespace':'n'}}} ^ spec.controller: Invalid value: "example.com": must be a domain-prefixed path (such as "acme.io/foo"); spec.parameters.kind: Required value; spec.parameters.name: Required value; spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'
          NetworkPolicy ^ {META,'spec':{'podSelector':{},'policyTypes':['Ingress'],'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0/8','except':['10.1.0.0/16']}}],'ports':[{'port':80,'endPort':80}]}]}} ^ ok
          NetworkPolicy ^ {META,'spec':{'egress':[{'ports':[{'endPort':9},{'port':'web','endPort':9},{'port':80,'endPort':79},{'port':70000}]}]}} ^ spec.egress[0].ports[0].endPort: Invalid value: 9: may not be specified when `port` is not specified; spec.egress[0].ports[1].endPort: Invalid value: 9: may not be specified when `port` is non-numeric; spec.egress[0].ports[2].endPort: Invalid value: 79: must be greater than or equal to `port`; spec.egress[0].ports[3].port: Invalid value: 70000: must be between 1 and 65535, inclusive
          NetworkPolicy ^ {META,'spec':{'policyTypes':['Both'],'ingress':[{'from':[{},{'podSelector':{},'ipBlock':{'cidr':'10.0.0.0/8','except':['10.0.0.0/8','fd00::/64']}}]}]}} ^ spec.ingress[0].from[0]: Required value: must specify a peer; spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`; spec.ingress[0].from[1].ipBlock.except[1]: Invalid value: "fd00::/64": must be a strict subset of `cidr`; spec.ingress[0].from[1]: Forbidden: may not specify both ipBlock and another peer; spec.policyTypes[0]: Unsupported value: "Both": supported values: "Egress", "Ingress"
          Deployment ^ {META,'spec':{STRATEGY,'selector':{'matchLabels':{'a':'b'}},TEMPLATE}} ^ ok
          Deployment ^ {META,'spec':{STRATEGY,'selector':{'matchLabels':{'a':'z'}},TEMPLATE}} ^ spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`
          Deployment ^ {META,'spec':{STRATEGY,'replicas':-1,'selector':{'matchLabels':{'a':'b'}},TEMPLATE}} ^ spec.replicas: Invalid value: -1: must be greater than or equal to 0
          Deployment ^ {META,'spec':{STRATEGY,TEMPLATE}} ^ spec.selector: Required value; spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`
          Job ^ {META,'spec':{'manualSelector':true,'selector':{'matchLabels':{'a':'b'}},TEMPLATE}} ^ spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"
          Job ^ {META,'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b','job-name':'y'}},'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'i'}]}}}} ^ spec.template.metadata.labels[batch.kubernetes.io/controller-uid]: Required value: must be ''; spec.template.metadata.labels[batch.kubernetes.io/job-name]: Required value: must be 'x'; spec.template.metadata.labels[controller-uid]: Required value: must be ''; spec.template.metadata.labels[job-name]: Invalid value: {"a":"b","job-name":"y"}: must be 'x'; spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` not auto-generated
          Role ^ {'metadata':{'name':'a:b','namespace':'d'},'rules':[{'verbs':[],'apiGroups':[''],'resources':['pods']}]} ^ rules[0].verbs: Required value: verbs must contain at least one value
          RoleBinding ^ {META,'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'Rule','name':'r'}} ^ roleRef.kind: Unsupported value: "Rule": supported values: "ClusterRole", "Role"
          CertificateSigningRequest ^ {CLUSTER,'spec':{'request':'YQ==','signerName':'a.b/c'}} ^ spec.usages: Required value: usages must be provided
          PriorityClass ^ {CLUSTER,'value':2000000000} ^ value: Forbidden: maximum allowed value of a user defined priority is 1000000000
          RuntimeClass ^ {CLUSTER,'handler':'A'} ^ handler: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
          """)
  void create_table_saysWhatUpstreamSays(String kind, String object, String want) {
    assertEquals(want, problems(kind, object));
  }

  @Test
  void create_severalMistakes_listsAllInOneMessage() {
    ApiException e =
        assertThrows(
            ApiException.class,
            () -> Validation.create(KINDS.get("Pod"), object("{META,'spec':{'containers':[{}]}}")));
    assertEquals(
        "Pod \"x\" is invalid: [spec.containers[0].name: Required value, spec.containers[0].image: Required value]",
        e.text());
    assertEquals(422, e.code());
    assertEquals("FieldValueRequired", e.details().causes().getFirst().reason());
  }

  private static String change(String kind, String before, String after, String subresource) {
    try {
      Validation.update(KINDS.get(kind), object(after), object(before), subresource);
      return "ok";
    } catch (ApiException e) {
      return e.details().causes().getFirst().field()
          + ": "
          + e.details().causes().getFirst().message().lines().findFirst().orElse("");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      quoteCharacter = '`',
      textBlock =
          """
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i'}]}} ^ {META,'spec':{'containers':[{'name':'c','image':'j'}]}} ^ ok
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i'}]}} ^ {META,'spec':{'containers':[{'name':'c','image':'i'},{'name':'d','image':'i'}]}} ^ spec.containers: Forbidden: pod updates may not add or remove containers
          Pod ^ {META,'spec':{'containers':[{'name':'c','image':'i'}]}} ^ {META,'spec':{'nodeName':'n','containers':[{'name':'c','image':'i'}]}} ^ spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)
          Deployment ^ {META,'spec':{STRATEGY,'selector':{'matchLabels':{'a':'c'}},TEMPLATE}} ^ {META,'spec':{STRATEGY,'selector':{'matchLabels':{'a':'b'}},TEMPLATE}} ^ spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable
          Secret ^ {META,'type':'Opaque'} ^ {META,'type':'x/y'} ^ type: Invalid value: "x/y": field is immutable
          ConfigMap ^ {META,'immutable':true,'data':{'a':'1'}} ^ {META,'immutable':true,'data':{'a':'2'}} ^ data: Forbidden: field is immutable when `immutable` is set
          Service ^ {META,'spec':{'type':'ClusterIP','clusterIP':'10.43.0.5','clusterIPs':['10.43.0.5'],'ports':[{'port':1,'targetPort':1}]}} ^ {META,'spec':{'type':'ClusterIP','clusterIP':'10.43.0.6','clusterIPs':['10.43.0.6'],'ports':[{'port':1,'targetPort':1}]}} ^ spec.clusterIPs[0]: Invalid value: ["10.43.0.6"]: may not change once set
          PriorityClass ^ {CLUSTER,'value':1} ^ {CLUSTER,'value':2} ^ value: Forbidden: may not be changed in an update.
          """)
  void update_table_holdsImmutableFields(String kind, String before, String after, String want) {
    assertEquals(want, change(kind, before, after, ""));
  }

  @Test
  void update_ephemeralContainers_mayOnlyGrow() {
    String before =
        "{META,'spec':{'containers':[{'name':'c','image':'i'}],'ephemeralContainers':[{'name':'e','image':'i'}]}}";
    String grown =
        before.replace(
            "[{'name':'e','image':'i'}]", "[{'name':'e','image':'i'},{'name':'f','image':'i'}]");
    assertEquals("ok", change("Pod", before, grown, "ephemeralcontainers"));
    assertEquals(
        "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"f\" may not be removed",
        change("Pod", grown, before, "ephemeralcontainers"));
  }

  private static String sized(String... containers) {
    StringBuilder list = new StringBuilder();
    for (String container : containers) {
      String[] parts = container.split(" ");
      list.append(list.isEmpty() ? "" : ",")
          .append("{'name':'" + parts[0] + "','image':'i','resources':{")
          .append("'requests':" + parts[1] + ",'limits':" + parts[2] + "}}");
    }
    return "{META,'spec':{'restartPolicy':'Always','containers':[" + list + "]}}";
  }

  @Test
  void update_resize_changesSizesAndNothingElse() {
    String small = sized("c {'cpu':'1','memory':'1Gi'} {'cpu':'2','memory':'1Gi'}");
    assertEquals(
        "ok",
        change(
            "Pod",
            small,
            sized("c {'cpu':'2','memory':'1Gi'} {'cpu':'3','memory':'2Gi'}"),
            "resize"));
    assertEquals(
        "spec: Invalid value: \"Guaranteed\": Pod QOS Class may not change as a result of resizing",
        change(
            "Pod",
            small,
            sized("c {'cpu':'2','memory':'1Gi'} {'cpu':'2','memory':'1Gi'}"),
            "resize"));
    assertEquals(
        "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed",
        change("Pod", small, sized("c {'cpu':'1','memory':'1Gi'} {'cpu':'2'}"), "resize"));
    assertEquals(
        "spec: Forbidden: only cpu and memory resources are mutable",
        change(
            "Pod",
            small,
            sized(
                "c {'cpu':'1','memory':'1Gi','ephemeral-storage':'1'} {'cpu':'2','memory':'1Gi'}"),
            "resize"));
    assertEquals(
        "spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize",
        change("Pod", sized("c {} {}", "d {} {}"), sized("d {} {}", "c {} {}"), "resize"));
  }

  @Test
  void update_resizeOfAnInitContainer_isForbiddenUnlessItIsASidecar() {
    String pod =
        "{META,'spec':{'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'1'}}}],"
            + "'initContainers':[{'name':'s','image':'i'%s,'resources':{'requests':{'cpu':'%s'}}}]}}";
    String sidecar = ",'restartPolicy':'Always'";
    assertEquals(
        "ok", change("Pod", pod.formatted(sidecar, 1), pod.formatted(sidecar, 2), "resize"));
    assertEquals(
        "spec.initContainers[0].resources: Forbidden: resources for non-sidecar init containers are"
            + " immutable",
        change("Pod", pod.formatted("", 1), pod.formatted("", 2), "resize"));
  }

  @Test
  void update_resizeOnANodeThatTellsNoSizes_isForbidden() {
    String pod =
        "{META,'spec':{'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'%s'}}}]},"
            + "'status':{'containerStatuses':[{'name':'c','state':{'running':{}}}]}}";
    assertEquals(
        "metadata: Forbidden: Pod running on node without support for resize",
        change("Pod", pod.formatted(1), pod.formatted(2), "resize"));
  }
}
