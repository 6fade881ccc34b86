package dev.wherry.cli.client;

import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What is looked into. */
final class InspectObjects {
  /** A node with devices, and a pod that asks for one of them. */
  static final String DEVICES =
      """
      apiVersion: v1
      kind: Node
      metadata: {name: with-devices, labels: {devices: "yes"}}
      ---
      apiVersion: resource.k8s.io/v1
      kind: DeviceClass
      metadata: {name: gpu}
      spec: {selectors: [{cel: {expression: 'device.driver == "gpu.example.com"'}}]}
      ---
      apiVersion: resource.k8s.io/v1
      kind: ResourceSlice
      metadata: {name: slice}
      spec:
        driver: gpu.example.com
        nodeName: with-devices
        pool: {name: with-devices, generation: 1, resourceSliceCount: 1}
        devices:
        - {name: small, attributes: {memory: {int: 8}}}
        - {name: big, attributes: {memory: {int: 80}}}
      ---
      apiVersion: resource.k8s.io/v1
      kind: ResourceClaimTemplate
      metadata: {name: big, namespace: default}
      spec:
        spec:
          devices:
            requests:
            - name: gpu
              exactly:
                deviceClassName: gpu
                selectors:
                - cel: {expression: 'device.attributes["gpu.example.com"].memory > 40'}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: trainer, namespace: default}
      spec:
        resourceClaims: [{name: gpu, resourceClaimTemplateName: big}]
        nodeSelector: {devices: "yes"}
        tolerations: [{operator: Exists}]
        containers: [{name: c, image: i, resources: {claims: [{name: gpu}]}}]
      """;

  /** A pod to look into, and a node. */
  static final String SICK =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: sick, labels: {a: b}, annotations: {c: d}}
      spec:
        containers:
        - {name: c, image: i, livenessProbe: {httpGet: {port: 80}}}
        - {name: d, image: i}
      ---
      apiVersion: v1
      kind: Node
      metadata: {name: sick-@}
      """;

  /** A role and who has it; kubectl breaks on those without a namespace. */
  static final String ROLES =
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: reader, namespace: "@", labels: {a: b}}
      rules:
      - {apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: readers, namespace: "@"}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
      subjects:
      - {kind: User, apiGroup: rbac.authorization.k8s.io, name: eve}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: passed-over}
      """;

  /** Objects to fill templates with. */
  static final String MAPS =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: m1, labels: {set: m}}
      data: {a: "1", b: "<x>"}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: m2, labels: {set: m}}
      data: {a: "2", coded: aGk=}
      """;

  /** Ingresses with and without what their backends name. */
  static final String INGRESSES =
      """
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: i, labels: {a: b}, annotations: {c: d}}
      spec:
        ingressClassName: nobodys
        tls: [{hosts: [a.b, c.d], secretName: s}, {hosts: [e.f]}]
        defaultBackend: {resource: {apiGroup: g.h, kind: K, name: some}}
        rules:
        - host: a.b
          http:
            paths:
            - {path: /, pathType: Prefix, backend: {service: {name: back, port: {number: 80}}}}
            - {path: /x, pathType: Exact, backend: {service: {name: back, port: {name: web}}}}
            - {path: /y, pathType: Exact, backend: {service: {name: none, port: {number: 1}}}}
        - {host: nothing}
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: j}
      spec: {ingressClassName: nobodys, defaultBackend: {service: {name: back, port: {number: 80}}}}
      ---
      apiVersion: networking.k8s.io/v1
      kind: IngressClass
      metadata: {name: class-@}
      spec: {controller: c.d/e, parameters: {kind: K, name: some}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: back},
       spec: {ports: [{name: web, port: 80}]}}
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: back-1, labels: {kubernetes.io/service-name: back}}
      addressType: IPv4
      ports: [{name: web, port: 8080}, {name: other, port: 9}]
      endpoints: [{addresses: [192.0.2.1]}, {addresses: [192.0.2.2]}]
      """;

  private InspectObjects() {}

  static String asked(Path socket, String method, String path) throws IOException {
    return asked(socket, method, path, "localhost");
  }

  static String asked(Path socket, String method, String path, String host) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      OutputStream out = Channels.newOutputStream(channel);
      out.write(
          "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n"
              .formatted(method, path, host)
              .getBytes(StandardCharsets.UTF_8));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
