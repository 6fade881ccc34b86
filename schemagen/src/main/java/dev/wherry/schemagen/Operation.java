package dev.wherry.schemagen;

/**
 * One call of the published client: what the API offers.
 *
 * @param id the method's name without {@code Call}: {@code readNamespacedPodStatus}
 * @param method HTTP method
 * @param path {@code /api/v1/namespaces/{namespace}/pods/{name}/status}
 */
record Operation(String id, String method, String path) {}
