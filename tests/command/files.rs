//! Requests from Postman and HAR files.
