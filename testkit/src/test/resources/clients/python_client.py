"""Real work with the official Python client: typed, dynamic, watch, exec. The first argument is a kubeconfig."""
import sys
import threading

from kubernetes import client, config, dynamic, watch
from kubernetes.stream import stream

config.load_kube_config(sys.argv[1])
core = client.CoreV1Api()
namespace = "python"
core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=namespace)))

seen = []


def follow(revision):
    for event in watch.Watch().stream(
        core.list_namespaced_config_map, namespace, resource_version=revision,
        label_selector="made=python", timeout_seconds=180):
        seen.append((event["type"], event["object"].data["n"]))
        if event["type"] == "DELETED":
            return


revision = core.list_namespaced_config_map(namespace).metadata.resource_version
follower = threading.Thread(target=follow, args=[revision], daemon=True)
follower.start()
made = core.create_namespaced_config_map(namespace, client.V1ConfigMap(
    metadata=client.V1ObjectMeta(generate_name="made-", labels={"made": "python"}), data={"n": "1"}))
core.patch_namespaced_config_map(made.metadata.name, namespace, {"data": {"n": "2"}})
stale = core.read_namespaced_config_map(made.metadata.name, namespace)
stale.metadata.resource_version = made.metadata.resource_version
try:
    core.replace_namespaced_config_map(made.metadata.name, namespace, stale)
    raise AssertionError("a stale replace was taken")
except client.ApiException as refused:
    assert refused.status == 409 and '"reason":"Conflict"' in refused.body.replace(" ", ""), refused.body
core.delete_namespaced_config_map(made.metadata.name, namespace)
follower.join(180)
assert seen == [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")], seen

pages, token = 0, None
for n in range(5):
    core.create_namespaced_secret(namespace, client.V1Secret(
        metadata=client.V1ObjectMeta(name=f"s{n}"), string_data={"n": str(n)}))
while True:
    page = core.list_namespaced_secret(namespace, limit=2, _continue=token)
    pages += 1
    token = page.metadata._continue
    if not token:
        break
assert pages == 3, pages

deployments = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="apps/v1", kind="Deployment")
applied = deployments.server_side_apply(namespace=namespace, name="sleeper", field_manager="python", body={
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sleeper"},
    "spec": {"selector": {"matchLabels": {"app": "sleeper"}}, "template": {
        "metadata": {"labels": {"app": "sleeper"}},
        "spec": {"terminationGracePeriodSeconds": 0, "containers": [{
            "name": "main", "image": "busybox", "imagePullPolicy": "IfNotPresent",
            "args": ["sleep", "3600"]}]}}}})
assert applied.metadata.managedFields[0].manager == "python", applied
pod = None
for event in watch.Watch().stream(
    core.list_namespaced_pod, namespace, label_selector="app=sleeper", timeout_seconds=180):
    if event["object"].status.phase == "Running":
        pod = event["object"].metadata.name
        break
assert pod, "the pod never ran"
said = stream(core.connect_get_namespaced_pod_exec, pod, namespace,
              command=["sh", "-c", "echo out; echo err >&2"], stdout=True, stderr=True)
assert sorted(said.split()) == ["err", "out"], said
deployments.patch(namespace=namespace, name="sleeper", body={"spec": {"replicas": 0}},
                  content_type="application/merge-patch+json")
core.delete_namespace(namespace)
print("python did its work with", client.VersionApi().get_code().git_version)
