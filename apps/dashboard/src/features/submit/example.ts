/** What the dialog opens with: small, and it runs everywhere. */
export const EXAMPLE = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: hello-
spec:
  entrypoint: hello
  arguments:
    parameters:
      - name: greeting
        value: hello world
        description: What is printed
  templates:
    - name: hello
      container:
        image: busybox
        command: [echo, '{{workflow.parameters.greeting}}']
`;
