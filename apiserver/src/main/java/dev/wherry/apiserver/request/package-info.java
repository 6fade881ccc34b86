/** What a request asks for, read from its method, path and query. No owner. */
@NullMarked
package dev.wherry.apiserver.request;

import org.jspecify.annotations.NullMarked;
