/** Other people's clients, unmodified, each doing real work through TLS. Nobody imports this. */
@NullMarked
package dev.wherry.testkit.clients;

import org.jspecify.annotations.NullMarked;
