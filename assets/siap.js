// What pages do beyond plain HTML, all of it dispensable.
"use strict";
