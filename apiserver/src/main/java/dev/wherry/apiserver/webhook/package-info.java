/**
 * Calls to webhooks: by URL, or by Service through a node, each with the authority that its owner
 * names; and the webhook that knows bearer tokens. Blocking, on the request's own virtual thread,
 * with a bounded time. Imported by the composition of the API server, the conversion of custom
 * resources and admission.
 */
@NullMarked
package dev.wherry.apiserver.webhook;

import org.jspecify.annotations.NullMarked;
