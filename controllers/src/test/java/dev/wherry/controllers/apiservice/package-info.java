/** Tests of the API server's own Service. */
@NullMarked
package dev.wherry.controllers.apiservice;

import org.jspecify.annotations.NullMarked;
