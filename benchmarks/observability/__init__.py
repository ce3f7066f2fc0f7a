"""What metrics and traces cost a redirect: without either, as shipped, with our agent, with the stock one."""
