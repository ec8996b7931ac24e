// Command wherry-lambda is the connector as an AWS Lambda function, for the
// runtime provided.al2023.
package main

import (
	"context"
	"log/slog"
	"os"

	"wherry/internal/exit"
	"wherry/toolkit/lambda"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if err := lambda.Run(context.Background(), os.Getenv, log); err != nil {
		log.Error("the function cannot start", "error", err, "hint", exit.Hint(err))
		os.Exit(exit.Code(err))
	}
}
