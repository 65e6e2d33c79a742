@echo off
echo Hello, %1
